using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Idempotency;

namespace Insp1r.Membership.Access.Clients;

/// <summary>
/// Clients: systems, kept by the stewards of the nodes that they have grants at, and apps, kept by the stewards of the whole network.
/// </summary>
internal static class ClientRoutes
{
    public static void MapClients(this IEndpointRouteBuilder api)
    {
        var clients = api.MapGroup("/clients").WithTags("Access");
        clients.MapPost("/", AddClient.HandleAsync)
            .WithName("AddClient")
            .WithSummary("Add a system with grants inside your nodes, or an app that people sign in to")
            .WithDescription("The secret is in this answer and nowhere else: an Idempotency-Key does not bring it back. Who missed it rotates it. Apps are added by stewards of the whole network.")
            .Requires(Role.Steward, Scopes.Write)
            .WithMetadata(new SecretAnswer());
        clients.MapGet("/", ReadClients.ListAsync)
            .WithName("ListClients")
            .WithSummary("The clients that you keep")
            .WithDescription("Systems whose grants all lie inside your nodes, and, for stewards of the whole network, apps.")
            .Requires(Role.Steward, Scopes.Read);
        clients.MapGet("/{clientId}", ReadClients.OneAsync)
            .WithName("ReadClient")
            .WithSummary("One client")
            .Requires(Role.Steward, Scopes.Read);
        clients.MapPatch("/{clientId}", ChangeClient.HandleAsync)
            .WithName("ChangeClient")
            .WithSummary("Change what a client is and may do")
            .WithDescription("What it may do no more, its tokens stop doing in every service within a minute.")
            .Requires(Role.Steward, Scopes.Write);
        clients.MapPost("/{clientId}/secret", RotateSecret.HandleAsync)
            .WithName("RotateClientSecret")
            .WithSummary("Give a client a new secret")
            .WithDescription("The secret is in this answer and nowhere else: an Idempotency-Key does not bring it back.")
            .Requires(Role.Steward, Scopes.Write)
            .WithMetadata(new SecretAnswer());
        clients.MapPost("/{clientId}/revocation", RevokeClient.HandleAsync)
            .WithName("RevokeClient")
            .WithSummary("End a client")
            .WithDescription("It gets no further token, every session in it ends, and the tokens that it has stop working in every service within a minute.")
            .Requires(Role.Steward, Scopes.Write);
    }
}
