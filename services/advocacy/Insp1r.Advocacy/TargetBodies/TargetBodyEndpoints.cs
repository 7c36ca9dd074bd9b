using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Advocacy.TargetBodies;

internal static class TargetBodyEndpoints
{
    public static void MapTargetBodies(this IEndpointRouteBuilder api)
    {
        var bodies = api.MapGroup("/target-bodies").WithTags("Target bodies");
        bodies.MapGet("/", ReadTargetBodies.List).WithName("ListTargetBodies")
            .WithSummary("The bodies that demands are made to")
            .WithDescription("International bodies come with the platform; national ones are added by the networks. Sorted by code.")
            .Requires(Role.Reader, Scopes.Read);
        bodies.MapGet("/{id:guid}", ReadTargetBodies.One).WithName("GetTargetBody")
            .WithSummary("One target body")
            .WithDescription("Reference data: every reader sees every body.")
            .ProducesProblem(404)
            .Requires(Role.Reader, Scopes.Read);
        bodies.MapPost("/", AddTargetBody.Handle).WithName("AddTargetBody")
            .WithSummary("Add a national body, such as a ministry")
            .WithDescription("The code is how demands name it, is unique and never changes; begin it with the country: RW-MIFOTRA.")
            .Requires(Role.Steward, Scopes.Write);
    }
}

internal static class TargetBodyErrors
{
    public static readonly Error CodeTaken = new(409, "target-body-code-taken", "There is a target body of this code");
}
