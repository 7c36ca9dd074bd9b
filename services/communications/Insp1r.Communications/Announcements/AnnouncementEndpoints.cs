using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Communications.Announcements;

internal static class AnnouncementEndpoints
{
    public static void MapAnnouncements(this IEndpointRouteBuilder api)
    {
        var announcements = api.MapGroup("/announcements").WithTags("Announcements");
        announcements.MapGet("/", ReadAnnouncements.List).WithName("ListAnnouncements")
            .WithSummary("Announcements of your nodes, the newest first")
            .WithDescription("Drafts are written when an independent network confirms an outcome: one for each node concerned, in English, French and Spanish.")
            .Requires(Role.Reader, Scopes.Read);
        announcements.MapGet("/{id:guid}", ReadAnnouncements.One).WithName("GetAnnouncement")
            .WithSummary("One announcement")
            .WithDescription("404 too where it is another network's.")
            .ProducesProblem(404)
            .Requires(Role.Reader, Scopes.Read);
        announcements.MapPatch("/{id:guid}", ChangeAnnouncement.Handle).WithName("ChangeAnnouncement")
            .WithSummary("Change the texts of a draft")
            .WithDescription("Languages that are not given stay as they are; null takes one away (RFC 7396). One language must remain.")
            .ProducesProblem(404)
            .ProducesProblem(409)
            .Requires(Role.Contributor, Scopes.Write);
        announcements.MapPost("/{id:guid}/release", DecideOnAnnouncement.Release).WithName("ReleaseAnnouncement")
            .WithSummary("Release a draft")
            .WithDescription("Its texts stay as they are from then on.")
            .ProducesProblem(404)
            .Requires(Role.Sender, Scopes.Write);
        announcements.MapPost("/{id:guid}/withdrawal", DecideOnAnnouncement.Withdraw).WithName("WithdrawAnnouncement")
            .WithSummary("Withdraw a draft or a released announcement")
            .WithDescription("It remains readable to its nodes, as withdrawn.")
            .ProducesProblem(404)
            .Requires(Role.Sender, Scopes.Write);
    }
}

internal static class AnnouncementErrors
{
    public static readonly Error NotDraft = new(409, "announcement-not-draft", "The announcement is no draft any more");
    public static readonly Error Withdrawn = new(409, "announcement-withdrawn", "The announcement was withdrawn");
    public static readonly Error ChangedMeanwhile = new(409, "announcement-changed-meanwhile", "Somebody changed the announcement at the same moment");
}
