using Insp1r.ServiceDefaults.Access;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.Membership.Access.Clients;

internal static class RevokeClient
{
    public static async Task<Results<Ok<ClientResponse>, ProblemHttpResult>> HandleAsync(
        string clientId, Caller caller, ClientStore clients, WithdrawnAccessList withdrawn, TimeProvider clock, CancellationToken ct)
    {
        if (await clients.FindAsync(clientId, ct) is not { } client || !client.IsIn(caller)
            || await clients.RevokeAsync(clientId, clock.GetUtcNow(), ct) is not { } revoked)
            return ClientErrors.Missing();

        await withdrawn.LoadAsync(ct);
        return TypedResults.Ok(ClientResponse.Of(revoked));
    }
}
