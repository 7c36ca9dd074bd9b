using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.Membership.Access.Clients;

internal static class ChangeClient
{
    /// <summary>Only the fields that are given change; grants and scopes are replaced as a whole.</summary>
    public sealed record Request
    {
        public Optional<string?> Description { get; init; }
        public Optional<string[]?> Grants { get; init; }
        public Optional<string[]?> Scopes { get; init; }
    }

    public static async Task<Results<Ok<ClientResponse>, ProblemHttpResult>> HandleAsync(
        string clientId, Request request, IfMatch ifMatch, Caller caller, ClientStore clients, WithdrawnAccessList withdrawn, TimeProvider clock, CancellationToken ct)
    {
        if (await clients.FindAsync(clientId, ct) is not { } client || !client.IsIn(caller))
            return ClientErrors.Missing();
        if (client.RevokedAt is not null)
            return ClientErrors.IsRevoked(clientId);
        if (ifMatch.Refuses(client.Version) is { } refusal)
            return refusal;

        var errors = new FieldErrors();
        var wanted = client with
        {
            Description = request.Description.Or(client.Description) ?? "",
            Grants = request.Grants.Or(client.Grants) ?? [],
            Scopes = request.Scopes.Or(client.Scopes) ?? [],
        };
        errors.Required("/description", wanted.Description, 200);
        ClientRules.Scopes(errors, wanted.Scopes);
        if (GrantRules.Check(errors, caller, wanted.Grants, has: client.Grants) is { } notYours)
            return notYours;
        if (errors.Any)
            return errors.ToProblem();

        if (await clients.ChangeAsync(wanted, clock.GetUtcNow(), ct) is not { } changed)
            return CommonErrors.VersionStale.ToProblem("Somebody changed the client in between; read it again.");
        await withdrawn.LoadAsync(ct);
        return TypedResults.Ok(ClientResponse.Of(changed));
    }
}
