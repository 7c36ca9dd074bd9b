using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.Membership.Access.Clients;

internal static class ReadClients
{
    public static async Task<Results<Ok<Page<ClientResponse>>, ProblemHttpResult>> ListAsync([AsParameters] PageQuery query, Caller caller, ClientStore clients, CancellationToken ct)
    {
        if (query.Check(out var limit) is { } problem)
            return problem;
        if (!KeysetCursor.TryDecode(query.After, out var after, out _))
            return KeysetCursor.Refuse();

        // Clients are few (some per network): those outside the caller's nodes are left out here, and the page is filled again.
        var seen = new List<ClientResponse>();
        while (seen.Count <= limit)
        {
            var clientRows = await clients.ListAsync(after, PageQuery.MaxLimit, ct);
            seen.AddRange(clientRows.Where(client => client.IsIn(caller)).Select(ClientResponse.Of));
            if (clientRows.Count < PageQuery.MaxLimit)
                break;
            after = clientRows[^1].ClientId;
        }

        if (seen.Count > limit + 1)
            seen.RemoveRange(limit + 1, seen.Count - limit - 1);
        return TypedResults.Ok(Page<ClientResponse>.From(seen, limit, client => KeysetCursor.Encode(client.ClientId, Guid.Empty)));
    }

    public static async Task<Results<Ok<ClientResponse>, ProblemHttpResult>> OneAsync(string clientId, Caller caller, ClientStore clients, CancellationToken ct) =>
        await clients.FindAsync(clientId, ct) is { } client && client.IsIn(caller) ? TypedResults.Ok(ClientResponse.Of(client)) : ClientErrors.Missing();
}
