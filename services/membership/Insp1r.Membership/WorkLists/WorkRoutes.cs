using Insp1r.ServiceDefaults.Access;

namespace Insp1r.Membership.WorkLists;

/// <summary>What there is to do on the records of one's nodes.</summary>
internal static class WorkRoutes
{
    public static void MapWorkLists(this IEndpointRouteBuilder api)
    {
        var work = api.MapGroup("/work").WithTags("Work lists").Requires(Role.Contributor, Scopes.Read);
        work.MapGet("/", CountWork.HandleAsync).WithName("CountWork").WithSummary("How much there is to do in each of your nodes");
        work.MapGet("/incomplete", ListIncomplete.HandleAsync).WithName("ListIncomplete").WithSummary("Members whose records lack something, and what");
        work.MapGet("/stale", ListStale.HandleAsync).WithName("ListStale").WithSummary("Members whose records nobody changed or confirmed for 12 months");
        work.MapGet("/waiting", ListWaiting.HandleAsync).WithName("ListWaiting").WithSummary("Memberships that wait for a decision, and since when");

        api.MapPost("/organisations/{id:guid}/confirmation", ConfirmOrganisation.HandleAsync).WithTags("Work lists").WithName("ConfirmOrganisation")
            .WithSummary("Say that an organisation's record is still right").Requires(Role.Contributor, Scopes.Write);
    }
}
