using Insp1r.Membership.Accounts;
using Insp1r.Membership.Data;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.Membership.Access.Clients;

internal static class ChangeClient
{
    /// <summary>Only the fields that are given change; each list is replaced as a whole.</summary>
    public sealed record Request
    {
        public Optional<string?> Description { get; init; }
        public Optional<string[]?> Grants { get; init; }
        public Optional<string[]?> Scopes { get; init; }
        public Optional<string[]?> RedirectUris { get; init; }
        public Optional<string[]?> PostLogoutRedirectUris { get; init; }
        public Optional<string[]?> Origins { get; init; }
        public Optional<bool?> DeviceFlow { get; init; }
    }

    public static async Task<Results<Ok<ClientResponse>, ProblemHttpResult>> HandleAsync(
        string clientId, Request request, IfMatch ifMatch, Caller caller, MembershipDb db, AccountAccess access, TimeProvider clock, CancellationToken ct)
    {
        if (await db.FindClientAsync(clientId, caller, ct) is not { } client)
            return ClientErrors.Missing();
        if (client.RevokedAt is not null)
            return ClientErrors.IsRevoked(clientId);
        if (ifMatch.Refuses(client.Version) is { } stale)
            return stale;

        var content = new ClientContent(
            request.Description.Or(client.Description) ?? "",
            request.Grants.Or(client.Grants) ?? [],
            request.Scopes.Or(client.Scopes) ?? [],
            request.RedirectUris.Or(client.RedirectAddresses) ?? [],
            request.PostLogoutRedirectUris.Or(client.SignedOutAddresses) ?? [],
            request.Origins.Or(client.Origins) ?? [],
            request.DeviceFlow.Or(client.DeviceFlow) ?? false);
        var errors = new FieldErrors();
        ClientRules.Check(errors, client.Kind, content);
        if (client.Kind == ClientKind.System && GrantRules.Check(errors, caller, content.Grants, has: client.Grants) is { } notYours)
            return notYours;
        if (errors.Any)
            return errors.ToProblem();

        await using var transaction = await db.JoinTransactionAsync(ct);
        var (before, now) = (ClientResponse.Of(client), clock.GetUtcNow());
        client.Change(content, now);
        db.AuditClient(client, "changed", before, now);
        await db.SaveChangesAsync(ct);
        if (before.Scopes.Except(client.Scopes, StringComparer.Ordinal).Any())
            await db.WithdrawTokensOfAppAsync(client, access, ct);
        await transaction.CommitAsync(ct);
        await access.TellAsync(ct);
        return TypedResults.Ok(ClientResponse.Of(client));
    }
}
