using Insp1r.ServiceDefaults.Access;

namespace Insp1r.Membership.Records;

/// <summary>What records of every kind have: a history.</summary>
internal static class RecordRoutes
{
    private const string WhoSees = "The newest first. Who did it is shown to contributors and stewards of the record's node.";

    public static void MapRecords(this IEndpointRouteBuilder api)
    {
        var records = api.MapGroup("").WithTags("Records");
        records.MapGet("/organisations/{id:guid}/history", ReadHistory.OfOrganisationAsync).WithName("ReadOrganisationHistory")
            .WithSummary("Who changed what of an organisation, when and why").WithDescription(WhoSees).Requires(Role.Reader, Scopes.Read);
        records.MapGet("/affiliations/{id:guid}/history", ReadHistory.OfAffiliationAsync).WithName("ReadAffiliationHistory")
            .WithSummary("Who changed what of a membership, when and why").WithDescription(WhoSees).Requires(Role.Reader, Scopes.Read);
        records.MapGet("/nodes/{id:guid}/history", ReadHistory.OfNodeAsync).WithName("ReadNodeHistory")
            .WithSummary("Who changed what of a network, when and why").WithDescription(WhoSees).Requires(Role.Reader, Scopes.Read);
    }
}
