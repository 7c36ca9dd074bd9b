using Insp1r.Membership.Data;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Organisations;

internal static class ReadDecisions
{
    /// <summary><c>recordedBy</c> is the API client that recorded the decision.</summary>
    public sealed record Response(
        Guid Id, string Decision, string FromStatus, string ToStatus, string Reason, string DecidedBy, DateOnly DecidedOn, string RecordedBy, DateTimeOffset RecordedAt);

    public static async Task<Results<Ok<Page<Response>>, ProblemHttpResult>> HandleAsync(
        Guid id, [AsParameters] PageQuery page, MembershipDb db, Caller caller, CancellationToken ct)
    {
        if (page.Check(out var limit) is { } bad)
            return bad;
        if (!KeysetCursor.TryDecode(page.After, out _, out var after))
            return KeysetCursor.Refuse();

        var node = await db.Organisations.Where(o => o.Id == id).Select(o => o.Node).SingleOrDefaultAsync(ct);
        if (node is null || !caller.May(Role.Reader, node))
            return CommonErrors.Missing("organisation", id);

        var decisions = await db.Decisions.Where(d => d.OrganisationId == id && d.Id > after).OrderBy(d => d.Id).Take(limit + 1)
            .Select(d => new Response(d.Id, d.Decision, d.FromStatus, d.ToStatus, d.Reason, d.DecidedBy, d.DecidedOn, d.ClientId, d.RecordedAt))
            .ToListAsync(ct);
        return TypedResults.Ok(Page<Response>.From(decisions, limit, last => KeysetCursor.Encode("", last.Id)));
    }
}
