using Insp1r.Advocacy.Data;
using Insp1r.Advocacy.Publishing;
using Insp1r.Contracts.Advocacy;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Advocacy.Campaigns;

internal static class ChangeCampaign
{
    private const int MaxDepth = 12;

    public sealed record Request
    {
        public Optional<Guid?> ParentId { get; init; }
        public Optional<IReadOnlyDictionary<string, string>> Title { get; init; }
        public Optional<string> SourceLanguage { get; init; }
        public Optional<IReadOnlyDictionary<string, string>> Description { get; init; }
        public Optional<DateOnly?> StartsOn { get; init; }
        public Optional<DateOnly?> EndsOn { get; init; }
        public Optional<Publication> Publication { get; init; }
    }

    public static async Task<Results<Ok<CampaignResponse>, ProblemHttpResult>> Handle(
        Guid id, Request request, IfMatch ifMatch, Caller caller, AdvocacyDb db, TimeProvider clock, CancellationToken ct)
    {
        if (await db.Campaigns.ReadableBy(caller).SingleOrDefaultAsync(c => c.Id == id, ct) is not { } campaign)
            return CommonErrors.Missing("campaign", id);
        if (!caller.May(Role.Contributor, campaign.Node))
            return AccessErrors.OutsideYourNodes.ToProblem($"Changing it needs a contributor grant at or above {campaign.Node}.");
        if (ifMatch.Refuses(campaign.Version) is { } stale)
            return stale;

        var before = campaign.Fields;
        var fields = new CampaignFields(
            request.ParentId.Or(before.ParentId),
            request.Title.Or(before.Title),
            request.SourceLanguage.Or(before.SourceLanguage),
            request.Description.Or(before.Description),
            request.StartsOn.Or(before.StartsOn),
            request.EndsOn.Or(before.EndsOn),
            request.Publication.Or(before.Publication));
        var errors = new FieldErrors();
        fields.Check(errors);

        await using var transaction = await db.JoinTransactionAsync(ct);
        if (fields.ParentId is { } parent && parent != before.ParentId)
        {
            await errors.CheckCampaignAsync("/parentId", parent, caller, db, ct);
            // Two changes at once could close a circle that neither of them sees: one at a time.
            await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtext('campaign-tree'))", ct);
            if (!errors.Any && !await FitsUnderAsync(db, parent, id, ct))
                errors.Add("/parentId", "circle", $"A campaign cannot stand under itself, nor deeper than {MaxDepth} levels.");
        }

        if (errors.Any)
            return errors.ToProblem();
        if (Same.Content(before, fields))
            return TypedResults.Ok(CampaignResponse.Of(campaign));

        var now = clock.GetUtcNow();
        campaign.Change(fields, now);
        db.Append(new CampaignChanged(campaign.ToState()), now, CampaignResponse.Of(campaign));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(CampaignResponse.Of(campaign));
    }

    private static async Task<bool> FitsUnderAsync(AdvocacyDb db, Guid parent, Guid id, CancellationToken ct)
    {
        Guid? above = parent;
        for (var depth = 0; above is not null; depth++)
        {
            if (above == id || depth == MaxDepth)
                return false;
            above = await db.Campaigns.Where(c => c.Id == above).Select(c => c.ParentId).SingleOrDefaultAsync(ct);
        }

        return true;
    }
}
