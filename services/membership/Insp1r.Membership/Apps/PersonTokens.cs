using System.Security.Cryptography;
using System.Text;
using Insp1r.Membership.Access;
using Insp1r.Membership.Accounts;
using Insp1r.Membership.Data;
using Insp1r.ServiceDefaults.Access;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.Tokens;

namespace Insp1r.Membership.Apps;

/// <summary>What an app gets for a code or a refresh token. <paramref name="RefreshToken"/> and <paramref name="IdToken"/> only where it asked for them.</summary>
internal sealed record PersonTokenSet(string AccessToken, TimeSpan Lifetime, string? RefreshToken, string? IdToken, IReadOnlyList<string> Scopes);

/// <summary>
/// Tokens of people, for apps. A code and a refresh token are good for once: that the database decides, in one statement each. Who
/// brings one a second time shows that it is in two hands, and everything that came of it ends.
/// </summary>
internal sealed class PersonTokens(MembershipDb db, TokenSigning signing, AccountAccess access, TimeProvider clock)
{
    /// <summary>Null where the code is not good: unknown, over, used, for another app or address, or the verifier is not the asker's.</summary>
    public async Task<PersonTokenSet?> ExchangeCodeAsync(string clientId, string code, string redirectUri, string verifier, string device, CancellationToken ct)
    {
        var (hash, now) = (RandomSecret.Hash(code), clock.GetUtcNow());
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var isFirst = await db.AuthorizationCodes.Where(c => c.Hash == hash && c.UsedAt == null).ExecuteUpdateAsync(set => set.SetProperty(c => c.UsedAt, now), ct) == 1;
        if (await db.AuthorizationCodes.AsNoTracking().SingleOrDefaultAsync(c => c.Hash == hash, ct) is not { } known)
            return null;

        if (!isFirst)
        {
            await EndAsync(known.SessionId, "code-used-twice", ct);
            await transaction.CommitAsync(ct);
            await access.TellAsync(ct);
            return null;
        }

        var isAskers = CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes(Base64UrlEncoder.Encode(SHA256.HashData(Encoding.UTF8.GetBytes(verifier)))), Encoding.ASCII.GetBytes(known.Challenge));
        PersonTokenSet? tokens = null;
        if (isAskers && await FindLiveAsync(clientId, ct) is { } app && known.ExpiresAt > now && known.ClientId == clientId && known.RedirectUri == redirectUri)
        {
            var session = new AccountSession
            {
                Id = known.SessionId,
                AccountId = known.AccountId,
                App = clientId,
                Device = device,
                SecondFactor = known.SecondFactor,
                Provider = known.Provider,
                SignedInAt = known.SignedInAt,
                Scopes = known.Scopes,
                CreatedAt = now,
                LastUsedAt = now,
                ExpiresAt = now + AccountSession.AppLifetime,
            };
            tokens = await IssueAsync(session, app, known.Nonce, ct);
            if (tokens is not null)
                db.Add(session);
        }

        // A code that was brought wrongly is used up, too.
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return tokens;
    }

    /// <summary>Null where the token is not good. One that was used before ends its session.</summary>
    public async Task<PersonTokenSet?> RefreshAsync(string clientId, string refreshToken, CancellationToken ct)
    {
        var (hash, now) = (RandomSecret.Hash(refreshToken), clock.GetUtcNow());
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var isFirst = await db.RefreshTokens.Where(t => t.Hash == hash && t.UsedAt == null).ExecuteUpdateAsync(set => set.SetProperty(t => t.UsedAt, now), ct) == 1;
        var known = await db.RefreshTokens.AsNoTracking().SingleOrDefaultAsync(t => t.Hash == hash, ct);
        // Locked: who signs the person out meanwhile waits, and then makes the token worthless that is issued here.
        var session = known is null ? null : await db.Sessions.FromSql($"select * from account_session where id = {known.SessionId} for update").SingleOrDefaultAsync(ct);
        if (known is null || session is null)
            return null;

        if (!isFirst || session.App != clientId)
        {
            await EndAsync(session.Id, isFirst ? "refresh-token-of-another-app" : "refresh-token-used-twice", ct);
            await transaction.CommitAsync(ct);
            await access.TellAsync(ct);
            return null;
        }

        PersonTokenSet? tokens = null;
        if (known.ExpiresAt > now && session.IsAlive(now) && await FindLiveAsync(clientId, ct) is { } app)
        {
            session.LastUsedAt = now;
            tokens = await IssueAsync(session, app, null, ct);
        }

        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return tokens;
    }

    /// <summary>Ends the session that a refresh token belongs to (RFC 7009). Anything else is as if it were done.</summary>
    public async Task RevokeAsync(string clientId, string refreshToken, CancellationToken ct)
    {
        var hash = RandomSecret.Hash(refreshToken);
        if (await db.RefreshTokens.AsNoTracking().SingleOrDefaultAsync(t => t.Hash == hash, ct) is { } known
            && await db.Sessions.AnyAsync(s => s.Id == known.SessionId && s.App == clientId, ct))
        {
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            await EndAsync(known.SessionId, "ended-by-app", ct);
            await transaction.CommitAsync(ct);
            await access.TellAsync(ct);
        }
    }

    // Each by one statement, so that nothing that happens to the account at the same moment can keep it from ending.
    private async Task EndAsync(Guid sessionId, string because, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (await db.Sessions.AsNoTracking().SingleOrDefaultAsync(s => s.Id == sessionId, ct) is not { } session
            || await db.Sessions.Where(s => s.Id == sessionId && s.EndedAt == null)
                .ExecuteUpdateAsync(set => set.SetProperty(s => s.EndedAt, now).SetProperty(s => s.EndedBecause, because), ct) == 0)
            return;

        await access.ChangeAccessAsync([session.AccountId], ct);
        var account = await db.Accounts.AsNoTracking().SingleAsync(a => a.Id == session.AccountId, ct);
        access.NoteOfStranger(account, "app-session-ended", after: new { session.App, because });
        await db.SaveChangesAsync(ct);
    }

    private Task<App?> FindLiveAsync(string clientId, CancellationToken ct) => db.Apps.AsNoTracking().SingleOrDefaultAsync(a => a.ClientId == clientId && a.RevokedAt == null, ct);

    private async Task<PersonTokenSet?> IssueAsync(AccountSession session, App app, string? nonce, CancellationToken ct)
    {
        if (await db.Accounts.SingleOrDefaultAsync(a => a.Id == session.AccountId, ct) is not { IsOpen: true } account)
            return null;

        var now = clock.GetUtcNow();
        var grants = await access.GrantsAsync(account.Id, session.SecondFactor, ct);
        // A token outlives no grant in it.
        var expires = grants.Select(grant => grant.Until).Append(now + TokenSigning.Lifetime).Min()!.Value;
        var subject = account.Id.ToString();
        string? refreshToken = null;
        if (session.Scopes.Contains(AppScopes.Offline, StringComparer.Ordinal))
        {
            refreshToken = RandomSecret.Generate();
            db.Add(new RefreshToken { Hash = RandomSecret.Hash(refreshToken), SessionId = session.Id, ExpiresAt = new[] { now + RefreshToken.Lifetime, session.ExpiresAt }.Min() });
        }

        // What the person let the app do, as far as the app may still do it.
        string[] scopes = [.. session.Scopes.Intersect(app.Scopes, StringComparer.Ordinal)];
        return new PersonTokenSet(
            signing.Issue(subject, session.App!, grants.Select(grant => grant.Grant).Distinct(StringComparer.Ordinal), scopes, account.AccessVersion, expires),
            expires - now,
            refreshToken,
            session.Scopes.Contains(AppScopes.OpenId, StringComparer.Ordinal) ? signing.IssueIdToken(subject, session, nonce) : null,
            session.Scopes);
    }
}
