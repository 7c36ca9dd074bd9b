using Insp1r.ServiceDefaults.Access;

namespace Insp1r.Membership.Merging;

internal static class MergeRoutes
{
    public static void MapMerges(this IEndpointRouteBuilder api)
    {
        api.MapPost("/organisations/{id:guid}/merge", MergeOrganisations.HandleAsync).WithTags("Duplicates").WithName("MergeOrganisations")
            .WithSummary("Merge a duplicate into this record")
            .WithDescription("Its external ids, affiliations and contacts move here, and its id answers with this record. For stewards of both. It can be undone for 30 days.")
            .Requires(Role.Steward, Scopes.Write);

        var merges = api.MapGroup("/merges").WithTags("Duplicates");
        merges.MapGet("/", ReadMerges.HandleAsync).WithName("ListMerges").WithSummary("Merges of your nodes' records, the latest first").Requires(Role.Steward, Scopes.Read);
        merges.MapPost("/{id:guid}/undo", UndoMerge.HandleAsync).WithName("UndoMerge").WithSummary("Make two records of it again")
            .WithDescription("What the merge moved goes back, as it is now. What was added or edited since stays with the surviving record. Of several merges into one record the last is undone first.")
            .Requires(Role.Steward, Scopes.Write);
    }
}
