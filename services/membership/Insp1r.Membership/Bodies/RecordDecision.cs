using Insp1r.Contracts.Membership;
using Insp1r.Membership.Affiliations;
using Insp1r.Membership.Data;
using Insp1r.Membership.Organisations;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Bodies;

/// <summary>Records what a body decided: only where its quorum was there, and with the result that the votes make.</summary>
internal static class RecordDecision
{
    private const int MaxSubject = 300;
    private const int MaxText = 20_000;
    private const int MostPeople = 1_000_000;
    private const int MaxConcerns = 50;
    private static readonly string[] Types = ["organisation", "affiliation", "node"];

    /// <summary>
    /// <c>quorumNeeded</c> is how many had to be <c>present</c>; <c>minutes</c> an https address; <c>concerns</c> are records of the body's node or below it,
    /// each a <c>type</c> (organisation, affiliation, node) and an <c>id</c>; <c>correctsId</c> is a decision of the same body that was recorded wrongly.
    /// </summary>
    public sealed record Request(
        DateOnly DecidedOn, string Subject, string Text, int QuorumNeeded, int Present, int VotesFor, int VotesAgainst, int Abstained = 0, Majority Majority = Majority.Simple,
        string? Minutes = null, IReadOnlyList<DecisionConcern>? Concerns = null, Guid? CorrectsId = null);

    public static async Task<Results<Created<DecisionResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, Request request, MembershipDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        if (await db.Bodies.AsNoTracking().SingleOrDefaultAsync(b => b.Id == id, ct) is not { } body || !caller.May(Role.Reader, body.Node))
            return CommonErrors.Missing("body", id);
        if (!caller.May(Role.Steward, body.Node))
            return AccessErrors.OutsideYourNodes.ToProblem($"You are not a steward of {body.Node}.");

        var now = clock.GetUtcNow();
        var errors = Check(request, body, now);
        if (!errors.Any)
            await CheckRecordsAsync(errors, request, body, db, ct);
        if (errors.Any)
            return errors.ToProblem();
        if (request.Present < request.QuorumNeeded)
            return BodyErrors.QuorumMissing.ToProblem($"{request.Present} were present, and {request.QuorumNeeded} were needed: nothing was decided.");

        var decision = new BodyDecision
        {
            Id = Guid.CreateVersion7(now),
            BodyId = id,
            DecidedOn = request.DecidedOn,
            Subject = request.Subject,
            Text = request.Text,
            Majority = request.Majority,
            QuorumNeeded = request.QuorumNeeded,
            Present = request.Present,
            VotesFor = request.VotesFor,
            VotesAgainst = request.VotesAgainst,
            Abstained = request.Abstained,
            Result = BodyDecision.ResultOf(request.Majority, request.VotesFor, request.VotesAgainst),
            Minutes = request.Minutes,
            Concerns = request.Concerns ?? [],
            CorrectsId = request.CorrectsId,
            RecordedBy = caller.Id,
            RecordedAt = now,
        };
        db.Add(decision);
        db.Append(new DecisionRecorded(decision.StateAt(body.Node)), now);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException e) when (e.Violates(BodyDecisionMapping.CorrectedOnce))
        {
            return BodyErrors.Corrected.ToProblem("Correct the decision that stands for it now.");
        }

        return TypedResults.Created($"/api/v1/decisions/{decision.Id}", DecisionResponse.Of(decision, body, null));
    }

    private static FieldErrors Check(Request request, DecisionBody body, DateTimeOffset now)
    {
        var errors = new FieldErrors();
        errors.Required("/subject", request.Subject, MaxSubject);
        errors.Required("/text", request.Text, MaxText);
        errors.NotInFuture("/decidedOn", request.DecidedOn, now);
        if (request.DecidedOn < body.From || request.DecidedOn > body.To)
            errors.Add("/decidedOn", "out-of-range", $"The body is there from {body.From:yyyy-MM-dd}{(body.To is { } to ? $" to {to:yyyy-MM-dd}" : "")}.");
        foreach (var (pointer, number, least) in ((string, int, int)[])
            [("/quorumNeeded", request.QuorumNeeded, 1), ("/present", request.Present, 0), ("/votesFor", request.VotesFor, 0), ("/votesAgainst", request.VotesAgainst, 0), ("/abstained", request.Abstained, 0)])
        {
            if (number < least || number > MostPeople)
                errors.Add(pointer, "out-of-range", $"{least} to {MostPeople}.");
        }

        if (!errors.Any && request.VotesFor + request.VotesAgainst + request.Abstained > request.Present)
            errors.Add("/present", "fewer-than-votes", "No more vote than are present.");
        errors.WebAddress("/minutes", request.Minutes);
        if (request.Concerns is { } concerns)
        {
            errors.Count("/concerns", concerns, MaxConcerns);
            for (var i = 0; i < Math.Min(concerns.Count, MaxConcerns); i++)
            {
                if (concerns[i] is { } concern)
                    errors.OneOf($"/concerns/{i}/type", concern.Type, Types, "unknown-type");
            }
        }

        return errors;
    }

    // What belongs to another network is as if it were not there.
    private static async Task CheckRecordsAsync(FieldErrors errors, Request request, DecisionBody body, MembershipDb db, CancellationToken ct)
    {
        if (request.CorrectsId is { } corrects && !await db.Decisions.AnyAsync(d => d.Id == corrects && d.BodyId == body.Id, ct))
            errors.Add("/correctsId", "unknown-decision", "A decision of the same body.");

        var concerns = request.Concerns ?? [];
        for (var i = 0; i < concerns.Count; i++)
        {
            var id = concerns[i].Id;
            var node = concerns[i].Type switch
            {
                "organisation" => await db.Organisations.Where(o => o.Id == id).Select(o => o.Node).SingleOrDefaultAsync(ct),
                "affiliation" => await db.Affiliations.Where(a => a.Id == id).Select(a => a.Node).SingleOrDefaultAsync(ct),
                _ => await db.Nodes.Where(n => n.Id == id).Select(n => n.Path).SingleOrDefaultAsync(ct),
            };
            if (node is null || !NodePath.Covers(body.Node, node))
                errors.Add($"/concerns/{i}/id", "unknown-record", $"There is no such {concerns[i].Type} in {body.Node}.");
        }
    }
}
