using Insp1r.ServiceDefaults.Access;

namespace Insp1r.Membership.Organisations;

internal static class OrganisationRoutes
{
    public static void MapOrganisations(this IEndpointRouteBuilder api)
    {
        var organisations = api.MapGroup("/organisations").WithTags("Organisations");
        organisations.MapGet("/", ListOrganisations.HandleAsync).WithName("ListOrganisations")
            .WithSummary("Member organisations of your nodes").Requires(Role.Reader, Scopes.Read);
        organisations.MapGet("/search", SearchOrganisations.HandleAsync).WithName("SearchOrganisations")
            .WithSummary("Find organisations by words, acronym or initials, the best first").Requires(Role.Reader, Scopes.Read);
        organisations.MapGet("/{id:guid}", ReadOrganisation.ByIdAsync).WithName("ReadOrganisation")
            .WithSummary("One member organisation").Requires(Role.Reader, Scopes.Read);
        organisations.MapGet("/by-external-id/{ns}/{**value}", ReadOrganisation.ByExternalIdAsync).WithName("ReadOrganisationByExternalId")
            .WithSummary("One member organisation, by its id in another system").Requires(Role.Reader, Scopes.Read);
        organisations.MapPost("/", RegisterOrganisation.HandleAsync).WithName("RegisterOrganisation")
            .WithSummary("Register a member organisation").Requires(Role.Contributor, Scopes.Write);
        organisations.MapPatch("/{id:guid}", ChangeOrganisation.HandleAsync).WithName("ChangeOrganisation")
            .WithSummary("Change the fields that are given").Requires(Role.Contributor, Scopes.Write);
    }
}
