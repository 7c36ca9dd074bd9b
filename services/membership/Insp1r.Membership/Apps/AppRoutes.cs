using Insp1r.ServiceDefaults.Access;

namespace Insp1r.Membership.Apps;

/// <summary>The apps that people may sign in to, kept by the stewards of the whole network: an app meets people of every node.</summary>
internal static class AppRoutes
{
    public static void MapApps(this IEndpointRouteBuilder api)
    {
        var apps = api.MapGroup("/apps").WithTags("Accounts");
        apps.MapPost("/", AddApp.HandleAsync).WithName("AddApp").WithSummary("Register an app that people sign in to")
            .WithDescription("It gets tokens by authorization code with PKCE; it has no secret.").Requires(Role.Steward, Scopes.Write);
        apps.MapGet("/", ReadApps.HandleAsync).WithName("ListApps").WithSummary("The apps that people may sign in to").Requires(Role.Steward, Scopes.Read);
        apps.MapPatch("/{clientId}", ChangeApp.HandleAsync).WithName("ChangeApp").WithSummary("Change an app's name, addresses or scopes")
            .WithDescription("What it may do no more, its tokens stop doing within a minute.").Requires(Role.Steward, Scopes.Write);
        apps.MapPost("/{clientId}/revocation", RevokeApp.HandleAsync).WithName("RevokeApp").WithSummary("End an app")
            .WithDescription("Nobody signs in to it any more, and every session in it ends.").Requires(Role.Steward, Scopes.Write);
    }
}
