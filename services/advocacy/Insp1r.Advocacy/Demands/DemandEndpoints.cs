using Insp1r.Advocacy.Publishing;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Advocacy.Demands;

internal static class DemandEndpoints
{
    public static void MapDemands(this IEndpointRouteBuilder api)
    {
        var demands = api.MapGroup("/demands").WithTags("Demands");
        demands.MapPost("/", RecordDemand.Handle).WithName("RecordDemand")
            .WithSummary("Record a demand of a node to target bodies")
            .WithDescription("As a draft, or active at once. Target bodies are named by code (ILO) or id; an active demand names at least one.")
            .Requires(Role.Contributor, Scopes.Write);
        demands.MapGet("/", ReadDemands.List).WithName("ListDemands")
            .WithSummary("Demands, the newest first")
            .WithDescription("Those of your nodes, and those that other networks published to you once they were active.")
            .Requires(Role.Reader, Scopes.Read);
        demands.MapGet("/{id:guid}", ReadDemands.One).WithName("GetDemand")
            .WithSummary("One demand")
            .WithDescription("404 too where it is another network's and not published to you.")
            .ProducesProblem(404)
            .Requires(Role.Reader, Scopes.Read);
        demands.MapGet("/{id:guid}/history", ReadHistory.OfDemandAsync).WithName("ReadDemandHistory")
            .WithSummary("Who changed what of a demand, when and why").WithDescription(ReadHistory.WhoSees).Requires(Role.Reader, Scopes.Read);
        demands.MapPatch("/{id:guid}", ChangeDemand.Handle).WithName("ChangeDemand")
            .WithSummary("Change a demand, make it active, close it")
            .WithDescription("Members that are not given stay as they are; null takes an optional one away (RFC 7396). A draft becomes active or closed, an active one closed.")
            .ProducesProblem(404)
            .ProducesProblem(409)
            .Requires(Role.Contributor, Scopes.Write);
    }
}

internal static class DemandErrors
{
    public static readonly Error Transition = new(409, "demand-transition", "A demand does not go that way");
}
