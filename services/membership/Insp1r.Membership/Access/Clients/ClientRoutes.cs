using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Idempotency;

namespace Insp1r.Membership.Access.Clients;

/// <summary>API clients, kept by the stewards of the nodes that they have grants at.</summary>
internal static class ClientRoutes
{
    public static void MapClients(this IEndpointRouteBuilder api)
    {
        var clients = api.MapGroup("/clients").WithTags("Access");
        clients.MapPost("/", AddClient.HandleAsync).WithName("AddClient").WithSummary("Add an API client with grants inside your nodes")
            .WithDescription("The secret is in this answer and nowhere else: an Idempotency-Key does not bring it back. Who missed it rotates it.")
            .Requires(Role.Steward, Scopes.Write).WithMetadata(new SecretAnswer());
        clients.MapGet("/", ReadClients.ListAsync).WithName("ListClients").WithSummary("The API clients whose grants all lie inside your nodes").Requires(Role.Steward, Scopes.Read);
        clients.MapGet("/{clientId}", ReadClients.OneAsync).WithName("ReadClient").WithSummary("One API client").Requires(Role.Steward, Scopes.Read);
        clients.MapPatch("/{clientId}", ChangeClient.HandleAsync).WithName("ChangeClient").WithSummary("Change what a client is and may do")
            .WithDescription("Tokens that it has stop working in every service within a minute where its grants or scopes change.")
            .Requires(Role.Steward, Scopes.Write);
        clients.MapPost("/{clientId}/secret", RotateSecret.HandleAsync).WithName("RotateClientSecret").WithSummary("Give a client a new secret")
            .WithDescription("The secret is in this answer and nowhere else: an Idempotency-Key does not bring it back.")
            .Requires(Role.Steward, Scopes.Write).WithMetadata(new SecretAnswer());
        clients.MapPost("/{clientId}/revocation", RevokeClient.HandleAsync).WithName("RevokeClient").WithSummary("End a client")
            .WithDescription("It gets no further token, and those that it has stop working in every service within a minute.")
            .Requires(Role.Steward, Scopes.Write);
    }
}
