using Insp1r.Advocacy.Data;
using Insp1r.Advocacy.Publishing;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Advocacy.Campaigns;

/// <summary>A campaign. Texts are keyed by language; the one in the source language is the original.</summary>
internal sealed record CampaignResponse(
    Guid Id, int Version, string Node, Guid? ParentId, IReadOnlyDictionary<string, string> Title, string SourceLanguage, IReadOnlyDictionary<string, string>? Description,
    DateOnly? StartsOn, DateOnly? EndsOn, Publication Publication, DateTimeOffset RecordedAt, DateTimeOffset ChangedAt) : IVersioned
{
    public static CampaignResponse Of(Campaign c) => new(
        c.Id, c.Version, c.Node, c.ParentId, c.Title, c.SourceLanguage, c.Description, c.StartsOn, c.EndsOn, c.Publication, c.RecordedAt, c.ChangedAt);
}

internal static class ReadCampaigns
{
    public sealed class Filter
    {
        /// <summary>Only the subtree of this node, such as insp1r.africa.rw.</summary>
        public string? Node { get; init; }

        /// <summary>Part of a title or description in any language; letters without their accents find those with them.</summary>
        public string? Text { get; init; }

        /// <summary>Only the campaigns directly under this one.</summary>
        public Guid? Parent { get; init; }
    }

    public static async Task<Results<Ok<Page<CampaignResponse>>, ProblemHttpResult>> List(
        [AsParameters] PageQuery page, [AsParameters] Filter filter, Caller caller, AdvocacyDb db, CancellationToken ct)
    {
        if ((page.Check(out var limit) ?? QueryChecks.Node(filter.Node) ?? QueryChecks.Text(filter.Text)) is { } problem)
            return problem;
        if (!KeysetCursor.TryDecode(page.After, out _, out var after))
            return KeysetCursor.Refuse();

        var campaigns = db.Campaigns.AsNoTracking().ReadableBy(caller).Under(filter.Node);
        if (filter.Text is not null)
        {
            var text = SearchText.Fold(filter.Text);
            campaigns = campaigns.Where(campaign => campaign.SearchText.Contains(text));
        }

        if (filter.Parent is { } parent)
            campaigns = campaigns.Where(campaign => campaign.ParentId == parent);
        if (page.After is not null)
            campaigns = campaigns.Where(campaign => campaign.Id < after);

        var rows = await campaigns.OrderByDescending(campaign => campaign.Id).Take(limit + 1).Select(campaign => CampaignResponse.Of(campaign)).ToListAsync(ct);
        return TypedResults.Ok(Page<CampaignResponse>.From(rows, limit, campaign => KeysetCursor.Encode("", campaign.Id)));
    }

    public static async Task<Results<Ok<CampaignResponse>, ProblemHttpResult>> One(Guid id, Caller caller, AdvocacyDb db, CancellationToken ct) =>
        await db.Campaigns.AsNoTracking().ReadableBy(caller).SingleOrDefaultAsync(campaign => campaign.Id == id, ct) is { } campaign
            ? TypedResults.Ok(CampaignResponse.Of(campaign))
            : CommonErrors.Missing("campaign", id);

    /// <summary>Says where a record points to a campaign that the caller cannot read.</summary>
    public static async Task CheckCampaignAsync(this FieldErrors errors, string pointer, Guid? id, Caller caller, AdvocacyDb db, CancellationToken ct)
    {
        if (id is not null && !await db.Campaigns.ReadableBy(caller).AnyAsync(campaign => campaign.Id == id, ct))
            errors.Add(pointer, "unknown-campaign", "There is no such campaign that you may read.");
    }
}
