using Insp1r.ServiceDefaults.Access;

namespace Insp1r.Membership.Duplicates;

internal static class DuplicateRoutes
{
    public static void MapDuplicates(this IEndpointRouteBuilder api)
    {
        var duplicates = api.MapGroup("/duplicates").WithTags("Duplicates");
        duplicates.MapGet("/", ReadDuplicates.HandleAsync).WithName("ListDuplicates").WithSummary("Records that may be one organisation, and why")
            .WithDescription("A page looks at limit records, the oldest first, and has what resembles them, the likeliest first. It may be empty though more follow: go on while there is a next.")
            .Requires(Role.Contributor, Scopes.Read);
        duplicates.MapPost("/dismissals", DismissDuplicate.HandleAsync).WithName("DismissDuplicate").WithSummary("Say that two records are two organisations").Requires(Role.Contributor, Scopes.Write);
    }
}
