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
        duplicates.MapGet("/dismissals", ReadDismissals.HandleAsync).WithName("ListDismissals").WithSummary("Pairs of records that are two organisations, as somebody said, the latest first")
            .Requires(Role.Contributor, Scopes.Read);
        duplicates.MapPost("/dismissals/{id:guid}/withdrawal", WithdrawDismissal.HandleAsync).WithName("WithdrawDismissal").WithSummary("Say that two records may be one organisation after all")
            .WithDescription("They are in the list of duplicates again, and can be merged or dismissed anew.").Requires(Role.Contributor, Scopes.Write);
    }
}
