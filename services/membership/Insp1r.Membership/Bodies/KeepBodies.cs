using Insp1r.Contracts.Membership;
using Insp1r.Membership.Data;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Bodies;

/// <summary>Adds a body to a node, and changes its names and days.</summary>
internal static class KeepBodies
{
    /// <summary>
    /// <c>code</c> is such as assembly, steering-committee, board or audit, once at a node; <c>from</c> and <c>to</c> are its first and last day. Without
    /// <c>names</c> it is called as its code says.
    /// </summary>
    public sealed record AddRequest(string Code, DateOnly From, IReadOnlyDictionary<string, string>? Names = null, DateOnly? To = null);

    /// <summary>Only the fields that are given change; names as a whole, and null clears <c>to</c>.</summary>
    public sealed record ChangeRequest
    {
        public Optional<IReadOnlyDictionary<string, string>?> Names { get; init; }
        public Optional<DateOnly?> From { get; init; }
        public Optional<DateOnly?> To { get; init; }
    }

    public static async Task<Results<Created<BodyResponse>, ProblemHttpResult>> AddAsync(
        string node, AddRequest request, MembershipDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        if (await ReadBodies.PathAsync(db, node, ct) is not { } path || !caller.May(Role.Reader, path))
            return ReadBodies.NoNode(node);
        if (!caller.May(Role.Steward, path))
            return AccessErrors.OutsideYourNodes.ToProblem($"You are not a steward of {path}.");

        var errors = new FieldErrors();
        if (!DecisionBody.IsCode(request.Code))
            errors.Add("/code", "bad-body", $"1 to {DecisionBody.MaxCode} lower-case letters, digits and hyphens, such as steering-committee.");
        Check(errors, request.Names, request.From, request.To);
        if (errors.Any)
            return errors.ToProblem();

        await using var transaction = await db.JoinTransactionAsync(ct);
        await DecisionBody.LockAllAsync(db, path, ct);
        var now = clock.GetUtcNow();
        var body = DecisionBody.Add(Guid.CreateVersion7(now), path, request.Code, request.Names, request.From, request.To, now);
        db.Add(body);
        db.Append(new BodyAdded(body.State), now);
        try
        {
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
        }
        catch (DbUpdateException e) when (e.Violates(DecisionBodyMapping.UniqueCode))
        {
            return BodyErrors.Exists.ToProblem($"{path} has its {request.Code} already.");
        }

        return TypedResults.Created($"/api/v1/bodies/{body.Id}", BodyResponse.Of(body, (await ReadBodies.CountAsync(db, path, clock, ct)).GetValueOrDefault(body.Code)));
    }

    public static async Task<Results<Ok<BodyResponse>, ProblemHttpResult>> ChangeAsync(
        Guid id, ChangeRequest request, IfMatch ifMatch, MembershipDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        if (await db.Bodies.SingleOrDefaultAsync(b => b.Id == id, ct) is not { } body || !caller.May(Role.Reader, body.Node))
            return CommonErrors.Missing("body", id);
        if (!caller.May(Role.Steward, body.Node))
            return AccessErrors.OutsideYourNodes.ToProblem($"You are not a steward of {body.Node}.");
        if (ifMatch.Refuses(body.Version) is { } refusal)
            return refusal;

        var errors = new FieldErrors();
        var (from, to) = (request.From.IsGiven ? request.From.Value : body.From, request.To.IsGiven ? request.To.Value : body.To);
        if (from is null)
            errors.Add("/from", "required", "Its first day.");
        Check(errors, request.Names.IsGiven ? request.Names.Value ?? LanguageTexts.None : null, from, to);
        if (errors.Any)
            return errors.ToProblem();

        var now = clock.GetUtcNow();
        if (body.Change(request.Names.IsGiven ? request.Names.Value! : body.Names, from!.Value, to, now))
        {
            db.Append(new BodyChanged(body.State), now);
            await db.SaveChangesAsync(ct);
        }

        return TypedResults.Ok(BodyResponse.Of(body, (await ReadBodies.CountAsync(db, body.Node, clock, ct)).GetValueOrDefault(body.Code)));
    }

    private static void Check(FieldErrors errors, IReadOnlyDictionary<string, string>? names, DateOnly? from, DateOnly? to)
    {
        if (names is not null)
            errors.Languages("/names", names, DecisionBody.MaxName, required: true);
        errors.Date("/from", from);
        errors.Date("/to", to);
        errors.Period("/to", from, to);
    }
}
