using System.Security.Cryptography;
using Insp1r.Membership.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Accounts;

/// <summary>
/// Checks passwords and codes. Five wrong ones in a row, of either kind, lock the account for 15 minutes. A stranger learns nothing
/// about whether an account exists, is locked or was closed: the answer and the work are the same.
/// </summary>
internal sealed class Credentials(UserManager<Account> users, IUserStore<Account> store, MembershipDb db, AccountAccess access, TimeProvider clock)
{
    public const int MaxFailures = 5;
    public const int RecoveryCodes = 10;

    /// <summary>OWASP's figure for PBKDF2 with SHA-512.</summary>
    public const int HashRounds = 210_000;
    public static readonly TimeSpan Lockout = TimeSpan.FromMinutes(15);

    // As many rounds as a real one: of a password that nobody knows.
    private static readonly Account Nobody = new() { PersonId = Guid.Empty, Node = "", Language = "en", CreatedAt = default, CreatedBy = "" };
    private static string? _nobodysHash;

    /// <summary>The account, if the password is its own and it is open and not locked.</summary>
    public async Task<Account?> CheckPasswordAsync(string email, string password, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var normalized = Account.Normalize(email);
        var id = await db.Accounts.Where(a => a.NormalizedEmail == normalized && a.ClosedAt == null).Select(a => a.Id).SingleOrDefaultAsync(ct);
        var account = await LockAsync(id, ct);
        var hash = account?.PasswordHash ?? (_nobodysHash ??= users.PasswordHasher.HashPassword(Nobody, Guid.NewGuid().ToString()));
        var verdict = users.PasswordHasher.VerifyHashedPassword(account ?? Nobody, hash, password);
        if (account is not { IsOpen: true, PasswordHash: not null } || await users.IsLockedOutAsync(account))
            return null;

        if (verdict == PasswordVerificationResult.Failed)
        {
            await CountFailureAsync(account);
        }
        else
        {
            if (verdict == PasswordVerificationResult.SuccessRehashNeeded)
                account.PasswordHash = users.PasswordHasher.HashPassword(account, password);
            // With a second factor ahead the count goes on, or each right password would buy five more guesses at the code.
            if (!account.TwoFactorEnabled)
                await users.ResetAccessFailedCountAsync(account);
        }

        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return verdict == PasswordVerificationResult.Failed ? null : account;
    }

    /// <summary>True where the code is the account's one-time code, not used before, or one of its recovery codes.</summary>
    public async Task<bool> CheckCodeAsync(Guid accountId, string code, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var account = await LockAsync(accountId, ct);
        if (account is not { IsOpen: true, TwoFactorEnabled: true } || await users.IsLockedOutAsync(account))
            return false;

        var right = await users.GetAuthenticationTokenAsync(account, Totp.Provider, Totp.Key) is { } key && TakeCode(account, key, code)
            || (await users.RedeemTwoFactorRecoveryCodeAsync(account, HashOf(account, Tidy(code).ToUpperInvariant()))).Succeeded;
        if (right)
            await users.ResetAccessFailedCountAsync(account);
        else
            await CountFailureAsync(account);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return right;
    }

    /// <summary>
    /// New recovery codes; those before are over. Each has 47 bits, so it is kept as a password is: by a slow hash, salted with the
    /// account's random id (OWASP ASVS 5, 6.5.2).
    /// </summary>
    public async Task<IReadOnlyList<string>> MakeRecoveryCodesAsync(Account account, CancellationToken ct)
    {
        var codes = Enumerable.Range(0, RecoveryCodes).Select(_ => $"{Part()}-{Part()}").ToList();
        await ((IUserTwoFactorRecoveryCodeStore<Account>)store).ReplaceCodesAsync(account, codes.Select(code => HashOf(account, code)), ct);
        return codes;

        // Without vowels and what looks alike.
        static string Part() => RandomNumberGenerator.GetString("23456789BCDFGHJKMNPQRTVWXY", 5);
    }

    private static string HashOf(Account account, string recoveryCode) =>
        Convert.ToBase64String(Rfc2898DeriveBytes.Pbkdf2(recoveryCode, account.Id.ToByteArray(), HashRounds, HashAlgorithmName.SHA512, 32));

    /// <summary>The time step of a code of this key that is right now, or null.</summary>
    public long? FindStep(string key, string code) => Totp.FindStep(key, Tidy(code), clock.GetUtcNow());

    private bool TakeCode(Account account, string key, string code)
    {
        if (FindStep(key, code) is not { } step || step <= account.LastTimeStep)
            return false;

        account.LastTimeStep = step;
        return true;
    }

    private async Task CountFailureAsync(Account account)
    {
        await users.AccessFailedAsync(account);
        if (await users.IsLockedOutAsync(account))
            access.NoteOfStranger(account, "locked", after: new { until = account.LockoutEnd });
    }

    private static string Tidy(string code) => code.Replace(" ", "", StringComparison.Ordinal).Trim();

    // One attempt at an account at a time: many at once would all be judged by the same count of failures. Who comes in between is
    // answered as if wrong, and not made to wait: that would take a connection for each attempt. (A row lock would give the
    // transaction an id, and so hold the readers of the log back for as long as hashing takes.)
    private async Task<Account?> LockAsync(Guid id, CancellationToken ct)
    {
        var isFirst = await db.Database.SqlQuery<bool>($"select pg_try_advisory_xact_lock(hashtextextended({id.ToString()}, 8714)) as \"Value\"").SingleAsync(ct);
        return isFirst ? await db.Accounts.SingleOrDefaultAsync(a => a.Id == id, ct) : null;
    }
}
