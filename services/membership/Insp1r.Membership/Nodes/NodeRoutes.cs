using Insp1r.ServiceDefaults.Access;

namespace Insp1r.Membership.Nodes;

internal static class NodeRoutes
{
    public static void MapNodes(this IEndpointRouteBuilder api)
    {
        var nodes = api.MapGroup("/nodes").WithTags("Nodes");
        nodes.MapGet("/", ReadNodes.ListAsync).WithName("ListNodes").WithSummary("The tree of networks").Requires(Role.Reader, Scopes.Read);
        nodes.MapGet("/{id:guid}", ReadNodes.ByIdAsync).WithName("ReadNode").WithSummary("One network").Requires(Role.Reader, Scopes.Read);
        nodes.MapGet("/by-path/{path}", ReadNodes.ByPathAsync).WithName("ReadNodeByPath").WithSummary("One network, by its path").Requires(Role.Reader, Scopes.Read);
        nodes.MapPost("/", AddNode.HandleAsync).WithName("AddNode").WithSummary("Add a network below one that you are a steward of").Requires(Role.Steward, Scopes.Write);
        nodes.MapPatch("/{id:guid}", ChangeNode.HandleAsync).WithName("ChangeNode").WithSummary("Change a network's names and its first day").Requires(Role.Steward, Scopes.Write);
    }
}
