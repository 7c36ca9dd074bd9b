using Insp1r.Communications.Data;
using Insp1r.Contracts.Communications;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Communications.Announcements;

/// <summary>What the senders of a node decide: to release an announcement, or to withdraw it.</summary>
internal static class DecideOnAnnouncement
{
    public static Task<Results<Ok<AnnouncementResponse>, ProblemHttpResult>> Release(
        Guid id, Caller caller, CommunicationsDb db, TimeProvider clock, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return DecideAsync(id, caller, db, now, Decide, ct);

        (ProblemHttpResult?, IAnnouncementEvent?) Decide(Announcement announcement)
        {
            if (announcement.Status is not AnnouncementStatus.Draft)
                return (AnnouncementErrors.NotDraft.ToProblem($"It is {Words.Of(announcement.Status)}."), null);

            announcement.Release(now);
            return (null, new AnnouncementReleased(announcement.ToState()));
        }
    }

    public static Task<Results<Ok<AnnouncementResponse>, ProblemHttpResult>> Withdraw(
        Guid id, Caller caller, CommunicationsDb db, TimeProvider clock, CancellationToken ct)
    {
        return DecideAsync(id, caller, db, clock.GetUtcNow(), Decide, ct);

        static (ProblemHttpResult?, IAnnouncementEvent?) Decide(Announcement announcement)
        {
            if (announcement.Status is AnnouncementStatus.Withdrawn)
                return (AnnouncementErrors.Withdrawn.ToProblem("It was withdrawn before."), null);

            announcement.Withdraw();
            return (null, new AnnouncementWithdrawn(announcement.ToState()));
        }
    }

    private static async Task<Results<Ok<AnnouncementResponse>, ProblemHttpResult>> DecideAsync(
        Guid id, Caller caller, CommunicationsDb db, DateTimeOffset now, Func<Announcement, (ProblemHttpResult? Refusal, IAnnouncementEvent? Happened)> decide, CancellationToken ct)
    {
        if (await db.Announcements.OfCaller(caller).SingleOrDefaultAsync(a => a.Id == id, ct) is not { } announcement)
            return CommonErrors.Missing("announcement", id);
        if (!caller.May(Role.Sender, announcement.Node))
            return AccessErrors.OutsideYourNodes.ToProblem($"It needs a sender grant at or above {announcement.Node}.");

        var (refusal, happened) = decide(announcement);
        if (refusal is not null)
            return refusal;

        db.Append(happened!, now, AnnouncementResponse.Of(announcement));
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return AnnouncementErrors.ChangedMeanwhile.ToProblem("Read it again, then decide.");
        }

        return TypedResults.Ok(AnnouncementResponse.Of(announcement));
    }
}
