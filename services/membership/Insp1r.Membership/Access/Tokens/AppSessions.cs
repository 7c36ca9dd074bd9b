using System.Security.Claims;
using Insp1r.Membership.Access.Clients;
using Insp1r.Membership.Accounts;
using Insp1r.Membership.Data;
using Insp1r.Messaging.Log;
using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;

namespace Insp1r.Membership.Access.Tokens;

/// <summary>People's sessions in apps: how they begin and end, and what the tokens of one may say now.</summary>
internal sealed class AppSessions(MembershipDb db, AccountAccess access, TimeProvider clock)
{
    public static readonly TimeSpan RefreshTokenLifetime = TimeSpan.FromDays(30);

    // How much somebody may take to bring the code that the session begins with.
    private static readonly TimeSpan CodeLifetime = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan DeviceCodeLifetime = TimeSpan.FromMinutes(10);

    /// <summary>The person lets the app in. The session begins when the app brings its code.</summary>
    /// <param name="deviceCode">The row of the code that the app has already, on another device.</param>
    public async Task<ClaimsPrincipal> AllowAsync(SignedIn me, string app, IEnumerable<string> scopes, Guid? deviceCode, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var session = new AccountSession
        {
            Id = Guid.NewGuid(),
            AccountId = me.Account.Id,
            App = app,
            SecondFactor = me.Session.SecondFactor,
            Provider = me.Session.Provider,
            SignedInAt = me.Session.SignedInAt,
            AllowedScopes = [.. scopes],
            CreatedAt = now,
            LastUsedAt = now,
            ExpiresAt = now + (deviceCode is null ? CodeLifetime : DeviceCodeLifetime),
        };
        db.Add(session);
        await db.SaveChangesAsync(ct);
        // OpenIddict leaves it without a session.
        await db.SessionTokens.Where(t => t.Id == deviceCode).ExecuteUpdateAsync(set => set.SetProperty(t => EF.Property<Guid?>(t, SessionTokenMapping.Session), session.Id), ct);
        return TokenClaims.Of($"{me.Account.Id}").SetScopes(session.AllowedScopes).SetAuthorizationId($"{session.Id}").Complete();
    }

    /// <summary>What goes into tokens of this session now; null where it has ended. It begins where the app brings its code, from this device.</summary>
    public async Task<ClaimsPrincipal?> ContinueAsync(Guid id, Client app, string? device, CancellationToken ct)
    {
        await using var transaction = await db.JoinTransactionAsync(ct);
        // Locked: who signs the person out meanwhile waits, and then makes worthless what is issued here.
        await db.Database.ExecuteSqlAsync($"select from account_session where id = {id} for update", ct);
        if (await db.Sessions.SingleOrDefaultAsync(s => s.Id == id, ct) is not { } session)
            return null;

        // OpenIddict read it before the lock.
        await db.Entry(session).ReloadAsync(ct);
        var now = clock.GetUtcNow();
        if (!session.IsAlive(now) || await db.Accounts.AsNoTracking().SingleAsync(a => a.Id == session.AccountId, ct) is not { IsOpen: true } account)
            return null;

        if (device is not null)
            session.Begin(device, now);
        session.LastUsedAt = now;
        var grants = await access.GrantsAsync(account.Id, session.SecondFactor, ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);

        // What the person let the app do, as far as the app may still do it.
        var scopes = session.AllowedScopes.Where(scope => app.Scopes.Contains(scope, StringComparer.Ordinal) || AppScopes.All.Contains(scope, StringComparer.Ordinal));
        var identity = TokenClaims.Of($"{account.Id}").SetScopes(scopes).SetAuthorizationId($"{session.Id}")
            .SetAccess(grants.Select(grant => grant.Grant), account.AccessVersion).SetSignIn(session);
        // A token outlives no grant in it.
        identity.SetAccessTokenLifetime(grants.Select(grant => grant.Until).Append(now + SigningKeyRing.TokenLifetime).Min() - now);
        identity.SetRefreshTokenLifetime(new[] { now + RefreshTokenLifetime, session.ExpiresAt }.Min() - now);
        return identity.Complete();
    }

    /// <summary>
    /// Ends a session and makes its tokens worthless. Each by one statement, so that nothing that happens to the account at the same
    /// moment can keep it from ending.
    /// </summary>
    public async Task EndAsync(Guid id, string because, CancellationToken ct)
    {
        await using var transaction = await db.JoinTransactionAsync(ct);
        var now = clock.GetUtcNow();
        if (await db.Sessions.AsNoTracking().SingleOrDefaultAsync(s => s.Id == id, ct) is not { } session
            || await db.Sessions.Where(s => s.Id == id && s.EndedAt == null)
                .ExecuteUpdateAsync(set => set.SetProperty(s => s.EndedAt, now).SetProperty(s => s.EndedBecause, because), ct) == 0)
            return;

        await access.ChangeAccessAsync([session.AccountId], ct);
        var account = await db.Accounts.AsNoTracking().SingleAsync(a => a.Id == session.AccountId, ct);
        access.NoteOfStranger(account, "app-session-ended", after: new { session.App, because });
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        await access.TellAsync(ct);
    }
}
