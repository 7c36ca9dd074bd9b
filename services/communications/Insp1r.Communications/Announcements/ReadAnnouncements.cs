using Insp1r.Communications.Data;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Communications.Announcements;

/// <summary>An announcement; <paramref name="Languages"/> holds subject and body by language.</summary>
internal sealed record AnnouncementResponse(
    Guid Id, int Version, string Node, Guid OutcomeId, IReadOnlyDictionary<string, AnnouncementText> Languages, AnnouncementStatus Status,
    DateTimeOffset CreatedAt, DateTimeOffset? ReleasedAt) : IVersioned
{
    public static AnnouncementResponse Of(Announcement a) => new(a.Id, a.Version, a.Node, a.OutcomeId, a.Languages, a.Status, a.CreatedAt, a.ReleasedAt);
}

internal static class ReadAnnouncements
{
    public sealed class Filter
    {
        /// <summary>Only the subtree of this node, such as insp1r.africa.rw.</summary>
        public string? Node { get; init; }

        /// <summary>draft, released or withdrawn.</summary>
        public string? Status { get; init; }

        /// <summary>Only those of this outcome.</summary>
        public Guid? Outcome { get; init; }
    }

    public static async Task<Results<Ok<Page<AnnouncementResponse>>, ProblemHttpResult>> List(
        [AsParameters] PageQuery page, [AsParameters] Filter filter, Caller caller, CommunicationsDb db, CancellationToken ct)
    {
        AnnouncementStatus? status = null;
        if ((page.Check(out var limit) ?? QueryChecks.Node(filter.Node) ?? QueryChecks.Word("status", filter.Status, out status)) is { } problem)
            return problem;
        if (!KeysetCursor.TryDecode(page.After, out _, out var after))
            return KeysetCursor.Refuse();

        var announcements = db.Announcements.AsNoTracking().OfCaller(caller);
        if (filter.Node is not null)
        {
            var subtree = $"{filter.Node}.%";
            announcements = announcements.Where(a => a.Node == filter.Node || EF.Functions.Like(a.Node, subtree));
        }

        if (status is not null)
            announcements = announcements.Where(a => a.Status == status);
        if (filter.Outcome is { } outcome)
            announcements = announcements.Where(a => a.OutcomeId == outcome);
        if (page.After is not null)
            announcements = announcements.Where(a => a.Id < after);

        var rows = await announcements.OrderByDescending(a => a.Id).Take(limit + 1).Select(a => AnnouncementResponse.Of(a)).ToListAsync(ct);
        return TypedResults.Ok(Page<AnnouncementResponse>.From(rows, limit, a => KeysetCursor.Encode("", a.Id)));
    }

    public static async Task<Results<Ok<AnnouncementResponse>, ProblemHttpResult>> One(Guid id, Caller caller, CommunicationsDb db, CancellationToken ct) =>
        await db.Announcements.AsNoTracking().OfCaller(caller).SingleOrDefaultAsync(a => a.Id == id, ct) is { } announcement
            ? TypedResults.Ok(AnnouncementResponse.Of(announcement))
            : CommonErrors.Missing("announcement", id);

    /// <summary>Those of the caller's nodes; another network's are not to be seen, whatever their status.</summary>
    public static IQueryable<Announcement> OfCaller(this IQueryable<Announcement> announcements, Caller caller)
    {
        var nodes = caller.NodesFor(Role.Reader);
        var subtrees = NodePath.Below(nodes);
        return announcements.Where(a => nodes.Contains(a.Node) || subtrees.Any(subtree => EF.Functions.Like(a.Node, subtree)));
    }
}
