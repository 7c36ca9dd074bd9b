using System.Security.Claims;
using Insp1r.Membership.Accounts.SigningIn;
using Insp1r.Membership.Data;
using Microsoft.AspNetCore.Authentication;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Accounts;

/// <summary>Who is signed in on the pages.</summary>
internal sealed record SignedIn(Account Account, AccountSession Session);

/// <summary>What somebody who gave the right password still has to do.</summary>
internal enum NextStep
{
    /// <summary>Show a code of the second factor.</summary>
    ShowCode,

    /// <summary>Set up a second factor, because of what the account may do.</summary>
    SetUp,
}

/// <summary>
/// Signing in and out in a browser. The cookie names a session in the database, so that it can be ended from elsewhere; between
/// password and second factor there is another cookie, which lasts ten minutes and is good for nothing else.
/// </summary>
internal sealed class Browser(MembershipDb db, ExternalProvider provider, TimeProvider clock)
{
    public const string SessionScheme = "session";
    public const string StepScheme = "step";
    private const string SessionClaim = "sid";
    private const string AccountClaim = "sub";
    private const string StepClaim = "step";
    private const string StampClaim = "stamp";
    private static readonly TimeSpan StepLifetime = TimeSpan.FromMinutes(10);

    /// <summary>Null where nobody is signed in, or the session has ended.</summary>
    public async Task<SignedIn?> ReadAsync(HttpContext http, CancellationToken ct)
    {
        var ticket = await http.AuthenticateAsync(SessionScheme);
        if (!Guid.TryParse(ticket.Principal?.FindFirstValue(SessionClaim), out var id))
            return null;

        var now = clock.GetUtcNow();
        var session = await db.Sessions.SingleOrDefaultAsync(s => s.Id == id, ct);
        if (session is null || !session.IsAlive(now) || await db.Accounts.SingleAsync(a => a.Id == session.AccountId, ct) is not { IsOpen: true } account)
            return null;

        if (session.LastUsedAt < now.AddMinutes(-1))
        {
            session.LastUsedAt = now;
            await db.SaveChangesAsync(ct);
        }

        return new SignedIn(account, session);
    }

    /// <summary>Begins a session; a session that this browser had before ends. The caller saves.</summary>
    public async Task SignInAsync(HttpContext http, Account account, bool secondFactor, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (await ReadAsync(http, ct) is { } before)
            before.Session.End(now, "signed-in-again");
        var session = new AccountSession
        {
            Id = Guid.NewGuid(),
            AccountId = account.Id,
            Device = Device(http),
            SecondFactor = secondFactor,
            Provider = provider.Issuer,
            SignedInAt = now,
            CreatedAt = now,
            LastUsedAt = now,
            ExpiresAt = now + AccountSession.BrowserLifetime,
        };
        db.Add(session);
        await http.SignOutAsync(StepScheme);
        await http.SignInAsync(SessionScheme, Principal(SessionScheme, (SessionClaim, session.Id.ToString())), new AuthenticationProperties { ExpiresUtc = session.ExpiresAt });
    }

    /// <summary>Signs this browser out, and with it the apps that have not brought their code yet.</summary>
    public async Task EndAsync(HttpContext http, SignedIn me, AccountAccess access, CancellationToken ct)
    {
        me.Session.End(clock.GetUtcNow(), "signed-out");
        await access.VoidCodesAsync(me.Account, ct);
        access.Note(me.Account, "signed-out");
        await access.SaveAsync(ct);
        await SignOutAsync(http);
    }

    public Task SignOutAsync(HttpContext http) => http.SignOutAsync(SessionScheme);

    /// <summary>Remembers that the password was right, until the next step is done. A key that somebody else may have seen meanwhile is none any more.</summary>
    public async Task AwaitAsync(HttpContext http, Account account, NextStep step, CancellationToken ct)
    {
        await db.UserTokens.Where(t => t.UserId == account.Id && t.Name == Totp.PendingKey).ExecuteDeleteAsync(ct);
        await http.SignInAsync(
            StepScheme,
            Principal(StepScheme, (AccountClaim, account.Id.ToString()), (StepClaim, step.ToString()), (StampClaim, account.SecurityStamp!)),
            new AuthenticationProperties { ExpiresUtc = clock.GetUtcNow() + StepLifetime });
    }

    /// <summary>Whose next step this is, or null. A password or second factor that was set since makes it void: who waits may be a thief.</summary>
    public async Task<Guid?> ReadStepAsync(HttpContext http, NextStep step, CancellationToken ct)
    {
        var ticket = (await http.AuthenticateAsync(StepScheme)).Principal;
        if (ticket?.FindFirstValue(StepClaim) != step.ToString() || !Guid.TryParse(ticket.FindFirstValue(AccountClaim), out var id))
            return null;

        var stamp = ticket.FindFirstValue(StampClaim);
        return await db.Accounts.AnyAsync(a => a.Id == id && a.SecurityStamp == stamp, ct) ? id : null;
    }

    /// <summary>What the person sees in the list of sessions. Shortened: some browsers tell their life.</summary>
    public static string Device(HttpContext http)
    {
        var agent = new string([.. http.Request.Headers.UserAgent.ToString().Where(c => !char.IsControl(c))]);
        return agent.Length switch { 0 => "?", > 200 => agent[..200], _ => agent };
    }

    private static ClaimsPrincipal Principal(string scheme, params (string Type, string Value)[] claims) =>
        new(new ClaimsIdentity(claims.Select(claim => new Claim(claim.Type, claim.Value)), scheme));
}
