using Insp1r.Advocacy.Campaigns;
using Insp1r.Advocacy.Coding;
using Insp1r.Advocacy.Data;
using Insp1r.Advocacy.Demands;
using Insp1r.Advocacy.Network;
using Insp1r.Advocacy.Publishing;
using Insp1r.Contracts.Advocacy;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.Advocacy.Outcomes;

internal static class RecordOutcome
{
    public sealed record Request(
        string Node,
        Dictionary<string, string> Title,
        string SourceLanguage,
        Guid? DemandId = null,
        Guid? CampaignId = null,
        Dictionary<string, string>? Statement = null,
        Dictionary<string, string>? Significance = null,
        string? SocialActor = null,
        DateOnly? OccurredOn = null,
        string? Country = null,
        OutcomeType? Type = null,
        OutcomePolarity? Polarity = null,
        bool? Intended = null,
        PolicyStage? PolicyStage = null,
        string[]? SdgTargets = null,
        SocialProtectionBranch[]? Branches = null,
        ContributionFields[]? Contributions = null,
        Evidence[]? Evidence = null,
        Publication Publication = Publication.Node);

    public static async Task<Results<Created<OutcomeResponse>, ProblemHttpResult>> Handle(
        Request request, Caller caller, AdvocacyDb db, TimeProvider clock, HttpResponse response, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var fields = new OutcomeFields(
            request.DemandId, request.CampaignId, request.Title, request.SourceLanguage, request.Statement, request.Significance, request.SocialActor, request.OccurredOn,
            request.Country, request.Type, request.Polarity, request.Intended, request.PolicyStage, request.SdgTargets ?? [], request.Branches ?? [],
            request.Contributions ?? [], request.Evidence ?? [], request.Publication);
        var errors = new FieldErrors();
        errors.Node("/node", request.Node);
        if (!errors.Any && !caller.May(Role.Contributor, request.Node))
            return AccessErrors.OutsideYourNodes.ToProblem($"Recording an outcome needs a contributor grant at or above {request.Node}.");
        await errors.CheckNodeAsync("/node", request.Node, db, ct);

        fields.Check(errors, DateOnly.FromDateTime(now.UtcDateTime));
        await errors.CheckCampaignAsync("/campaignId", request.CampaignId, caller, db, ct);
        await errors.CheckDemandAsync("/demandId", request.DemandId, caller, db, ct);
        var contributions = await Contributors.ResolveAsync(db, caller, fields.Contributions, errors, ct);
        if (errors.Any)
            return errors.ToProblem(response);

        var outcome = Outcome.Record(Guid.CreateVersion7(now), request.Node, fields, contributions, now);
        db.Add(outcome);
        db.Append(new OutcomeRecorded(outcome.ToState()), now, OutcomeResponse.Of(outcome));
        await db.SaveChangesAsync(ct);
        return TypedResults.Created($"/api/v1/outcomes/{outcome.Id}", OutcomeResponse.Of(outcome));
    }
}
