using Insp1r.ServiceDefaults.Access;

namespace Insp1r.Membership.Bodies;

/// <summary>Who decides in a network, who sits there, and what was decided.</summary>
internal static class BodyRoutes
{
    public static void MapBodies(this IEndpointRouteBuilder api)
    {
        var ofNode = api.MapGroup("/nodes/{node}/bodies").WithTags("Bodies");
        ofNode.MapGet("/", ReadBodies.OfNodeAsync).WithName("ListBodies").WithSummary("The bodies of a network that decide, and how many sit in them")
            .WithDescription("The node by its id or its path.").Requires(Role.Reader, Scopes.Read);
        ofNode.MapPost("/", KeepBodies.AddAsync).WithName("AddBody").WithSummary("Add a body to a network").Requires(Role.Steward, Scopes.Write);

        var bodies = api.MapGroup("/bodies/{id:guid}").WithTags("Bodies");
        bodies.MapGet("/", ReadBodies.OneAsync).WithName("ReadBody").WithSummary("One body").Requires(Role.Reader, Scopes.Read);
        bodies.MapPatch("/", KeepBodies.ChangeAsync).WithName("ChangeBody").WithSummary("Change a body's names or days").Requires(Role.Steward, Scopes.Write);
        bodies.MapGet("/mandates", ReadMandates.HandleAsync).WithName("ListMandates").WithSummary("Who sits in a body, as far as you may see the persons")
            .WithDescription("Stewards of the body's node see all, past ones too. A page may hold fewer than you asked for, or none: go on while there is a `next`.").Requires(Role.Reader, Scopes.Read);
        bodies.MapPost("/mandates/{mandateId:guid}/end", EndMandate.HandleAsync).WithName("EndMandate").WithSummary("End a mandate in a body")
            .WithDescription("Also of a person whose record another node keeps; that node's audit trail tells it.").Requires(Role.Steward, Scopes.Write);
        bodies.MapGet("/decisions", ReadDecisions.OfBodyAsync).WithName("ListDecisions").WithSummary("What a body decided, the latest first").Requires(Role.Reader, Scopes.Read);
        bodies.MapPost("/decisions", RecordDecision.HandleAsync).WithName("RecordDecision").WithSummary("Record a decision, or the correction of one")
            .WithDescription("The result is computed from the votes; without its quorum a body decides nothing.").Requires(Role.Steward, Scopes.Write);

        api.MapGet("/decisions/{id:guid}", ReadDecisions.OneAsync).WithTags("Bodies").WithName("ReadDecision").WithSummary("One decision").Requires(Role.Reader, Scopes.Read);
    }
}
