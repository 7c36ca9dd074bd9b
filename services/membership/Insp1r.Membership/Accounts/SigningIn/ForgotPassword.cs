using Insp1r.Membership.Accounts.Pages;
using Insp1r.Membership.Data;
using Insp1r.Membership.Mail;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Accounts.SigningIn;

/// <summary>Asks for a link to a new password. The answer is the same whether there is such an account or not, and so is its time.</summary>
internal static class ForgotPassword
{
    public sealed class Form
    {
        public string? Email { get; init; }
    }

    public static RazorComponentResult<ForgottenPage> Show(HttpContext http) => Page.Show<ForgottenPage>(http);

    public static async Task<RazorComponentResult<MessagePage>> HandleAsync(
        [FromForm] Form? form, HttpContext http, ExternalProvider provider, MembershipDb db, Mails mails, AccountAccess access, TimeProvider clock, CancellationToken ct)
    {
        // Looking up, writing and committing takes longer than not to: the answer waits until both would be done.
        var enough = Task.Delay(TimeSpan.FromMilliseconds(300), clock, ct);
        // Where people sign in elsewhere, there is no password to choose.
        if (!provider.IsUsed)
            await QueueAsync(Account.Normalize(form?.Email ?? ""), db, mails, access, clock.GetUtcNow(), ct);
        await enough;
        return Page.Say(http, words => words.ForgottenSent);
    }

    // One link in five minutes: nobody fills another's mailbox by asking, and of many who ask at once one is served, by one statement.
    // Its lock lasts until the mail is queued, so that who is erased or leaves meanwhile gets none afterwards.
    private static async Task QueueAsync(string email, MembershipDb db, Mails mails, AccountAccess access, DateTimeOffset now, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await db.Accounts.Where(a => a.NormalizedEmail == email && a.ClosedAt == null && a.ActivatedAt != null && a.PasswordHash != null
                && (a.ResetSentAt == null || a.ResetSentAt < now.AddMinutes(-5))).ExecuteUpdateAsync(set => set.SetProperty(a => a.ResetSentAt, now), ct) == 0)
            return;

        await mails.ResetPasswordAsync(await db.Accounts.SingleAsync(a => a.NormalizedEmail == email && a.ClosedAt == null, ct));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        await access.TellAsync(ct);
    }
}
