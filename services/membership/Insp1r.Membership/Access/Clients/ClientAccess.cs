using Insp1r.Membership.Accounts;
using Insp1r.Membership.Data;
using Insp1r.ServiceDefaults.Access;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Access.Clients;

/// <summary>What the use cases of clients have in common.</summary>
internal static class ClientAccess
{
    /// <summary>Null where there is none, or none that the caller keeps.</summary>
    public static async Task<Client?> FindClientAsync(this MembershipDb db, string clientId, Caller caller, CancellationToken ct) =>
        await db.Clients.SingleOrDefaultAsync(c => c.ClientId == clientId, ct) is { } client && client.IsIn(caller) ? client : null;

    public static void AuditClient(this MembershipDb db, Client client, string what, ClientResponse? before, DateTimeOffset at) =>
        db.Audit("client", client.Id, client.Version, client.Node, $"membership.client-{what}", before, ClientResponse.Of(client), at);

    /// <summary>Tokens of people who use the app are worth less than they say; the next ones are not. In the transaction that is open.</summary>
    public static async Task WithdrawTokensOfAppAsync(this MembershipDb db, Client app, AccountAccess access, CancellationToken ct) =>
        await access.ChangeAccessAsync(await db.Sessions.Where(s => s.App == app.ClientId && s.EndedAt == null).Select(s => s.AccountId).Distinct().ToArrayAsync(ct), ct);
}
