using Insp1r.Advocacy.Campaigns;
using Insp1r.Advocacy.Coding;
using Insp1r.Advocacy.Data;
using Insp1r.Advocacy.Demands;
using Insp1r.Advocacy.Network;
using Insp1r.Advocacy.Publishing;
using Insp1r.Contracts.Advocacy;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Advocacy.Outcomes;

internal static class ChangeOutcome
{
    public sealed record Request
    {
        public Optional<Guid?> DemandId { get; init; }
        public Optional<Guid?> CampaignId { get; init; }
        public Optional<IReadOnlyDictionary<string, string>> Title { get; init; }
        public Optional<string> SourceLanguage { get; init; }
        public Optional<IReadOnlyDictionary<string, string>> Statement { get; init; }
        public Optional<IReadOnlyDictionary<string, string>> Significance { get; init; }
        public Optional<string> SocialActor { get; init; }
        public Optional<DateOnly?> OccurredOn { get; init; }
        public Optional<string> Country { get; init; }
        public Optional<OutcomeType?> Type { get; init; }
        public Optional<OutcomePolarity?> Polarity { get; init; }
        public Optional<bool?> Intended { get; init; }
        public Optional<PolicyStage?> PolicyStage { get; init; }
        public Optional<IReadOnlyList<string>> SdgTargets { get; init; }
        public Optional<IReadOnlyList<SocialProtectionBranch>> Branches { get; init; }
        public Optional<IReadOnlyList<ContributionFields>> Contributions { get; init; }
        public Optional<IReadOnlyList<Evidence>> Evidence { get; init; }
        public Optional<Publication> Publication { get; init; }

        public OutcomeFields Over(OutcomeFields before) => new(
            DemandId.Or(before.DemandId),
            CampaignId.Or(before.CampaignId),
            Title.Or(before.Title),
            SourceLanguage.Or(before.SourceLanguage),
            Statement.Or(before.Statement),
            Significance.Or(before.Significance),
            SocialActor.Or(before.SocialActor),
            OccurredOn.Or(before.OccurredOn),
            Country.Or(before.Country),
            Type.Or(before.Type),
            Polarity.Or(before.Polarity),
            Intended.Or(before.Intended),
            PolicyStage.Or(before.PolicyStage),
            SdgTargets.Or(before.SdgTargets),
            Branches.Or(before.Branches),
            Contributions.Or(before.Contributions),
            Evidence.Or(before.Evidence),
            Publication.Or(before.Publication));
    }

    public static async Task<Results<Ok<OutcomeResponse>, ProblemHttpResult>> Handle(
        Guid id, Request request, IfMatch ifMatch, Caller caller, AdvocacyDb db, TimeProvider clock, HttpResponse response, CancellationToken ct)
    {
        if (await db.Outcomes.ReadableBy(caller).SingleOrDefaultAsync(o => o.Id == id, ct) is not { } outcome)
            return CommonErrors.Missing("outcome", id);
        if (!caller.May(Role.Contributor, outcome.Node))
            return AccessErrors.OutsideYourNodes.ToProblem($"Changing it needs a contributor grant at or above {outcome.Node}.");
        if (ifMatch.Refuses(outcome.Version) is { } stale)
            return stale;
        if (outcome.Status is not OutcomeStatus.Draft)
            return OutcomeErrors.NotDraft.ToProblem("A submitted outcome stays as it is, because others judge it.");

        var now = clock.GetUtcNow();
        var before = outcome.Fields;
        var fields = request.Over(before);
        var errors = new FieldErrors();
        fields.Check(errors, DateOnly.FromDateTime(now.UtcDateTime));
        if (fields.CampaignId != before.CampaignId)
            await errors.CheckCampaignAsync("/campaignId", fields.CampaignId, caller, db, ct);
        if (fields.DemandId != before.DemandId)
            await errors.CheckDemandAsync("/demandId", fields.DemandId, caller, db, ct);
        var contributions = await Contributors.ResolveAsync(db, caller, fields.Contributions, errors, ct);
        if (errors.Any)
            return errors.ToProblem(response);
        if (Same.Content(before, fields))
            return TypedResults.Ok(await db.ShowAsync(outcome, ct));

        outcome.Change(fields, contributions, now);
        db.Append(new OutcomeChanged(outcome.ToState()), now, OutcomeResponse.Of(outcome));
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(await db.ShowAsync(outcome, ct));
    }
}
