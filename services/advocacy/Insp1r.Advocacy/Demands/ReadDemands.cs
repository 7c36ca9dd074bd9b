using Insp1r.Advocacy.Coding;
using Insp1r.Advocacy.Data;
using Insp1r.Advocacy.Publishing;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Advocacy.Demands;

/// <summary>A demand. <paramref name="TargetBodies"/> are codes; <paramref name="Instruments"/> ILO codes such as C102.</summary>
internal sealed record DemandResponse(
    Guid Id, int Version, string Node, Guid? CampaignId, IReadOnlyDictionary<string, string> Title, string SourceLanguage, IReadOnlyDictionary<string, string>? Text,
    IReadOnlyList<string> TargetBodies, IReadOnlyList<string> SdgTargets, IReadOnlyList<string> Instruments, IReadOnlyList<SocialProtectionBranch> Branches,
    DemandStatus Status, Publication Publication, DateTimeOffset RecordedAt, DateTimeOffset ChangedAt) : IVersioned
{
    public static DemandResponse Of(Demand d) => new(
        d.Id, d.Version, d.Node, d.CampaignId, d.Title, d.SourceLanguage, d.Text, d.TargetBodies, d.SdgTargets, d.Instruments, d.Branches.ToBranches(),
        d.Status, d.Publication, d.RecordedAt, d.ChangedAt);
}

internal static class ReadDemands
{
    public sealed class Filter
    {
        /// <summary>Only the subtree of this node, such as insp1r.africa.rw.</summary>
        public string? Node { get; init; }

        /// <summary>draft, active or closed.</summary>
        public string? Status { get; init; }

        /// <summary>Only those of this campaign.</summary>
        public Guid? Campaign { get; init; }

        /// <summary>Only those to this target body, by code.</summary>
        public string? TargetBody { get; init; }

        /// <summary>Only those coded with this target of the Sustainable Development Goals, such as 1.3.</summary>
        public string? Sdg { get; init; }

        /// <summary>Part of a title or text in any language; letters without their accents find those with them.</summary>
        public string? Text { get; init; }
    }

    public static async Task<Results<Ok<Page<DemandResponse>>, ProblemHttpResult>> List(
        [AsParameters] PageQuery page, [AsParameters] Filter filter, Caller caller, AdvocacyDb db, CancellationToken ct)
    {
        DemandStatus? status = null;
        if ((page.Check(out var limit)
            ?? QueryChecks.Node(filter.Node)
            ?? QueryChecks.Text(filter.Text)
            ?? QueryChecks.Code("targetBody", filter.TargetBody)
            ?? QueryChecks.Code("sdg", filter.Sdg)
            ?? QueryChecks.Word("status", filter.Status, out status)) is { } problem)
            return problem;
        if (!KeysetCursor.TryDecode(page.After, out _, out var after))
            return KeysetCursor.Refuse();

        var demands = db.Demands.AsNoTracking().ReadableBy(caller).Under(filter.Node);
        if (status is not null)
            demands = demands.Where(demand => demand.Status == status);
        if (filter.Campaign is { } campaign)
            demands = demands.Where(demand => demand.CampaignId == campaign);
        if (filter.TargetBody is not null)
            demands = demands.Where(demand => demand.TargetBodies.Contains(filter.TargetBody));
        if (filter.Sdg is not null)
            demands = demands.Where(demand => demand.SdgTargets.Contains(filter.Sdg));
        if (filter.Text is not null)
        {
            var text = SearchText.Fold(filter.Text);
            demands = demands.Where(demand => demand.SearchText.Contains(text));
        }

        if (page.After is not null)
            demands = demands.Where(demand => demand.Id < after);

        var rows = await demands.OrderByDescending(demand => demand.Id).Take(limit + 1).Select(demand => DemandResponse.Of(demand)).ToListAsync(ct);
        return TypedResults.Ok(Page<DemandResponse>.From(rows, limit, demand => KeysetCursor.Encode("", demand.Id)));
    }

    public static async Task<Results<Ok<DemandResponse>, ProblemHttpResult>> One(Guid id, Caller caller, AdvocacyDb db, CancellationToken ct) =>
        await db.Demands.AsNoTracking().ReadableBy(caller).SingleOrDefaultAsync(demand => demand.Id == id, ct) is { } demand
            ? TypedResults.Ok(DemandResponse.Of(demand))
            : CommonErrors.Missing("demand", id);

    /// <summary>Says where a record points to a demand that the caller cannot read.</summary>
    public static async Task CheckDemandAsync(this FieldErrors errors, string pointer, Guid? id, Caller caller, AdvocacyDb db, CancellationToken ct)
    {
        if (id is not null && !await db.Demands.ReadableBy(caller).AnyAsync(demand => demand.Id == id, ct))
            errors.Add(pointer, "unknown-demand", "There is no such demand that you may read.");
    }
}
