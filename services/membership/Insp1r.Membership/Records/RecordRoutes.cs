using Insp1r.ServiceDefaults.Access;

namespace Insp1r.Membership.Records;

/// <summary>What records of every kind have: a history; and notes on organisations and networks.</summary>
internal static class RecordRoutes
{
    private const string WhoSees = "The newest first. Who did it is shown to contributors and stewards of the record's node.";

    public static void MapRecords(this IEndpointRouteBuilder api)
    {
        var records = api.MapGroup("").WithTags("Records");
        records.MapGet("/organisations/{id:guid}/history", ReadHistory.OfOrganisationAsync).WithName("ReadOrganisationHistory")
            .WithSummary("Who changed what of an organisation, when and why").WithDescription(WhoSees).Requires(Role.Reader, Scopes.Read);
        MapComments(records.MapGroup("/organisations/{id:guid}/comments").WithMetadata(RecordKind.Organisation), "", "an organisation");
        records.MapGet("/affiliations/{id:guid}/history", ReadHistory.OfAffiliationAsync).WithName("ReadAffiliationHistory")
            .WithSummary("Who changed what of a membership, when and why").WithDescription(WhoSees).Requires(Role.Reader, Scopes.Read);
        records.MapGet("/nodes/{id:guid}/history", ReadHistory.OfNodeAsync).WithName("ReadNodeHistory")
            .WithSummary("Who changed what of a network, when and why").WithDescription(WhoSees).Requires(Role.Reader, Scopes.Read);
        records.MapGet("/organisations/{id:guid}/services/{serviceId:guid}/history", ReadHistory.OfServiceAsync).WithName("ReadServiceHistory")
            .WithSummary("Who changed what of a service, when and why").WithDescription(WhoSees).Requires(Role.Reader, Scopes.Read);
        records.MapGet("/bodies/{id:guid}/history", ReadHistory.OfBodyAsync).WithName("ReadBodyHistory")
            .WithSummary("Who changed what of a body, when and why").WithDescription(WhoSees).Requires(Role.Reader, Scopes.Read);
        records.MapGet("/persons/{id:guid}/history", ReadHistory.OfPersonAsync).WithName("ReadPersonHistory")
            .WithSummary("Who changed what of a person, when and why").WithDescription("The newest first. Once the person is erased, nothing of them is in it.").Requires(Role.Steward, Scopes.Read);
        MapComments(records.MapGroup("/nodes/{id:guid}/comments").WithMetadata(RecordKind.Network), "Node", "a network");
    }

    private static void MapComments(RouteGroupBuilder comments, string of, string record)
    {
        comments.MapGet("/", ReadComments.HandleAsync).WithName($"List{of}Comments")
            .WithSummary($"Notes on the record of {record}, the newest first").WithDescription("They stay inside its node. Who wrote them is shown to contributors and stewards.").Requires(Role.Reader, Scopes.Read);
        comments.MapPost("/", AddComment.HandleAsync).WithName($"Add{of}Comment")
            .WithSummary($"Note something on the record of {record}").WithDescription("Nobody can change it.").Requires(Role.Contributor, Scopes.Write);
        comments.MapPost("/{commentId:guid}/withdrawal", WithdrawComment.HandleAsync).WithName($"Withdraw{of}Comment")
            .WithSummary("Take a note's words away, as its author or a steward").Requires(Role.Contributor, Scopes.Write);
    }
}
