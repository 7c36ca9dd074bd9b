using Insp1r.Membership.Data;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Access.Clients;

internal static class AddClient
{
    public sealed record Request(string ClientId, string Description, string[] Grants, string[] Scopes);

    public static async Task<Results<Created<ClientSecretResponse>, ProblemHttpResult>> HandleAsync(
        Request request, Caller caller, MembershipDb db, ClientStore clients, TimeProvider clock, CancellationToken ct)
    {
        var errors = new FieldErrors();
        ClientRules.ClientId(errors, request.ClientId);
        errors.Required("/description", request.Description, 200);
        ClientRules.Scopes(errors, request.Scopes);
        if (GrantRules.Check(errors, caller, request.Grants, has: []) is { } refusal)
            return refusal;
        if (errors.Any)
            return errors.ToProblem();

        var secret = RandomSecret.Generate();
        var now = clock.GetUtcNow();
        var client = new ApiClient(Guid.CreateVersion7(now), request.ClientId, request.Description, request.Grants, request.Scopes, now, caller.Id);
        // The trail names clients and apps alike: no two have one name.
        return !await db.Apps.AnyAsync(a => a.ClientId == request.ClientId, ct) && await clients.AddAsync(client, secret, ct)
            ? TypedResults.Created($"/api/v1/clients/{client.ClientId}", new ClientSecretResponse(client.ClientId, secret, client.Grants, client.Scopes, null))
            : ClientErrors.Taken.ToProblem($"'{client.ClientId}' is taken.");
    }
}
