using Insp1r.Advocacy.Campaigns;
using Insp1r.Advocacy.Coding;
using Insp1r.Advocacy.Data;
using Insp1r.Advocacy.Publishing;
using Insp1r.Contracts.Advocacy;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Advocacy.Demands;

internal static class ChangeDemand
{
    public sealed record Request
    {
        public Optional<Guid?> CampaignId { get; init; }
        public Optional<IReadOnlyDictionary<string, string>> Title { get; init; }
        public Optional<string> SourceLanguage { get; init; }
        public Optional<IReadOnlyDictionary<string, string>> Text { get; init; }
        public Optional<IReadOnlyList<string>> TargetBodies { get; init; }
        public Optional<IReadOnlyList<string>> SdgTargets { get; init; }
        public Optional<IReadOnlyList<string>> Instruments { get; init; }
        public Optional<IReadOnlyList<SocialProtectionBranch>> Branches { get; init; }
        public Optional<DemandStatus> Status { get; init; }
        public Optional<Publication> Publication { get; init; }
    }

    public static async Task<Results<Ok<DemandResponse>, ProblemHttpResult>> Handle(
        Guid id, Request request, IfMatch ifMatch, Caller caller, AdvocacyDb db, TimeProvider clock, CancellationToken ct)
    {
        if (await db.Demands.ReadableBy(caller).SingleOrDefaultAsync(d => d.Id == id, ct) is not { } demand)
            return CommonErrors.Missing("demand", id);
        if (!caller.May(Role.Contributor, demand.Node))
            return AccessErrors.OutsideYourNodes.ToProblem($"Changing it needs a contributor grant at or above {demand.Node}.");
        if (ifMatch.Refuses(demand.Version) is { } stale)
            return stale;

        var status = request.Status.Or(demand.Status);
        if (!demand.CanBecome(status))
            return DemandErrors.Transition.ToProblem($"It is {Words.Of(demand.Status)} and cannot become {Words.Of(status)}.");

        var before = demand.Fields;
        var fields = new DemandFields(
            request.CampaignId.Or(before.CampaignId),
            request.Title.Or(before.Title),
            request.SourceLanguage.Or(before.SourceLanguage),
            request.Text.Or(before.Text),
            request.TargetBodies.Or(before.TargetBodies),
            request.SdgTargets.Or(before.SdgTargets),
            request.Instruments.Or(before.Instruments),
            request.Branches.Or(before.Branches),
            request.Publication.Or(before.Publication));
        var errors = new FieldErrors();
        fields.Check(errors, status);
        if (request.TargetBodies.IsGiven)
            fields = fields with { TargetBodies = await TargetBodyCodes.ResolveAsync(db, fields.TargetBodies, errors, ct) };
        if (fields.CampaignId != before.CampaignId)
            await errors.CheckCampaignAsync("/campaignId", fields.CampaignId, caller, db, ct);
        if (errors.Any)
            return errors.ToProblem();
        if (status == demand.Status && Same.Content(before, fields))
            return TypedResults.Ok(DemandResponse.Of(demand));

        var was = demand.Status;
        var now = clock.GetUtcNow();
        demand.Change(fields, status, now);
        db.Append<IDemandEvent>(
            (was, status) switch
            {
                (DemandStatus.Draft, DemandStatus.Active) => new DemandActivated(demand.ToState()),
                (not DemandStatus.Closed, DemandStatus.Closed) => new DemandClosed(demand.ToState()),
                _ => new DemandChanged(demand.ToState()),
            }, now, DemandResponse.Of(demand));
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(DemandResponse.Of(demand));
    }
}
