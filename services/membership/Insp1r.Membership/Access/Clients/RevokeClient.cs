using Insp1r.Membership.Accounts;
using Insp1r.Membership.Data;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Access.Clients;

internal static class RevokeClient
{
    /// <summary>A second time changes nothing.</summary>
    public static async Task<Results<Ok<ClientResponse>, ProblemHttpResult>> HandleAsync(
        string clientId, Caller caller, MembershipDb db, AccountAccess access, TimeProvider clock, CancellationToken ct)
    {
        if (await db.FindClientAsync(clientId, caller, ct) is not { } client)
            return ClientErrors.Missing();

        if (client.RevokedAt is null)
        {
            await using var transaction = await db.JoinTransactionAsync(ct);
            var now = clock.GetUtcNow();
            var before = ClientResponse.Of(client);
            client.Revoke(now);
            db.AuditClient(client, "revoked", before, now);
            await db.SaveChangesAsync(ct);
            await db.WithdrawTokensOfAppAsync(client, access, ct);
            await db.Sessions.Where(s => s.App == clientId && s.EndedAt == null)
                .ExecuteUpdateAsync(set => set.SetProperty(s => s.EndedAt, now).SetProperty(s => s.EndedBecause, "client-revoked"), ct);
            await transaction.CommitAsync(ct);
            await access.TellAsync(ct);
        }

        return TypedResults.Ok(ClientResponse.Of(client));
    }
}
