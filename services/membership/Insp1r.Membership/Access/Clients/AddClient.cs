using Insp1r.Membership.Data;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Access.Clients;

internal static class AddClient
{
    /// <summary>
    /// <c>kind</c>: <c>system</c>, with <c>grants</c>, or <c>app</c>, with <c>redirectUris</c> (https addresses, or http://127.0.0.1/path for a
    /// program on the person's own machine, at any port), <c>origins</c> of pages that call the API in a browser, and <c>deviceFlow</c> for a program
    /// without a browser. <c>confidential</c>: the app runs on a server and keeps a secret.
    /// </summary>
    public sealed record Request(
        string ClientId,
        string Description,
        string[] Scopes,
        ClientKind Kind = ClientKind.System,
        string[]? Grants = null,
        bool Confidential = false,
        string[]? RedirectUris = null,
        string[]? PostLogoutRedirectUris = null,
        string[]? Origins = null,
        bool DeviceFlow = false);

    public static async Task<Results<Created<ClientSecretResponse>, ProblemHttpResult>> HandleAsync(
        Request request, Caller caller, MembershipDb db, TimeProvider clock, CancellationToken ct)
    {
        var content = new ClientContent(
            request.Description, request.Grants ?? [], request.Scopes, request.RedirectUris ?? [], request.PostLogoutRedirectUris ?? [], request.Origins ?? [], request.DeviceFlow);
        var errors = new FieldErrors();
        ClientRules.CheckId(errors, request.ClientId);
        ClientRules.Check(errors, request.Kind, content);
        if (request.Kind == ClientKind.System && GrantRules.Check(errors, caller, content.Grants, has: []) is { } refusal)
            return refusal;
        if (errors.Any)
            return errors.ToProblem();

        var now = clock.GetUtcNow();
        var client = Client.Add(request.Kind, request.ClientId, content, now, caller.Id);
        if (!client.IsIn(caller))
            return ClientErrors.NotYours();

        var secret = request.Kind == ClientKind.System || request.Confidential ? RandomSecret.Generate() : null;
        if (secret is not null)
            client.Give(secret);
        db.Add(client);
        db.AuditClient(client, "added", before: null, now);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException e) when (e.Violates(ClientMapping.UniqueClientId))
        {
            return ClientErrors.Taken.ToProblem($"'{request.ClientId}' is taken.");
        }

        return TypedResults.Created($"/api/v1/clients/{request.ClientId}", new ClientSecretResponse(request.ClientId, secret, client.Grants, client.Scopes, null));
    }
}
