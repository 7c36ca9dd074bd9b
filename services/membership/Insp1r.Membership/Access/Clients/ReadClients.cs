using Insp1r.Membership.Data;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Access.Clients;

internal static class ReadClients
{
    /// <param name="kind">system or app; both where it is not given.</param>
    public static async Task<Results<Ok<Page<ClientResponse>>, ProblemHttpResult>> ListAsync(
        [AsParameters] PageQuery query, string? kind, Caller caller, MembershipDb db, CancellationToken ct)
    {
        if (query.Check(out var limit) is { } problem)
            return problem;
        if (QueryChecks.Word<ClientKind>("kind", kind, out var wanted) is { } noKind)
            return noKind;
        if (!KeysetCursor.TryDecode(query.After, out var after, out _))
            return KeysetCursor.Refuse();

        // Clients are few (some per network): those outside the caller's nodes are left out here, and the page is filled again.
        var seen = new List<ClientResponse>();
        while (seen.Count <= limit)
        {
            var from = after;
            var rows = await db.Clients.AsNoTracking().Where(c => string.Compare(c.ClientId, from) > 0 && (wanted == null || c.Kind == wanted))
                .OrderBy(c => c.ClientId).Take(PageQuery.MaxLimit).ToListAsync(ct);
            seen.AddRange(rows.Where(client => client.IsIn(caller)).Select(ClientResponse.Of));
            if (rows.Count < PageQuery.MaxLimit)
                break;
            after = rows[^1].ClientId!;
        }

        if (seen.Count > limit + 1)
            seen.RemoveRange(limit + 1, seen.Count - limit - 1);
        return TypedResults.Ok(Page<ClientResponse>.From(seen, limit, client => KeysetCursor.Encode(client.ClientId, Guid.Empty)));
    }

    public static async Task<Results<Ok<ClientResponse>, ProblemHttpResult>> OneAsync(string clientId, Caller caller, MembershipDb db, CancellationToken ct) =>
        await db.FindClientAsync(clientId, caller, ct) is { } client ? TypedResults.Ok(ClientResponse.Of(client)) : ClientErrors.Missing();

    /// <summary>From where pages of apps call the API in a browser: the gateway asks, which lets them.</summary>
    public static async Task<Ok<string[]>> OriginsAsync(MembershipDb db, CancellationToken ct) =>
        TypedResults.Ok((await db.Clients.Where(c => c.RevokedAt == null && c.Origins.Length > 0).SelectMany(c => c.Origins).Distinct().ToArrayAsync(ct)).Order(StringComparer.Ordinal).ToArray());
}
