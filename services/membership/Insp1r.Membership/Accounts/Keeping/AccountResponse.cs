using Insp1r.Membership.Data;
using Insp1r.ServiceDefaults.Http;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Accounts.Keeping;

/// <summary>
/// An account as its stewards see it. <paramref name="Status"/> is invited, active or closed; <paramref name="LockedUntil"/> says that
/// somebody tried wrong passwords or codes, and <paramref name="UndeliverableSince"/> that the mail server refuses mails to the address for good
/// (null while it takes them).
/// </summary>
internal sealed record AccountResponse(
    Guid Id, int Version, Guid PersonId, string Node, string Email, string Language, string Status, bool SecondFactor, DateTimeOffset? LockedUntil, DateTimeOffset? UndeliverableSince,
    DateTimeOffset CreatedAt, string CreatedBy, IReadOnlyList<GrantResponse> Grants) : IVersioned
{
    public static async Task<AccountResponse> OfAsync(Account account, MembershipDb db, TimeProvider clock, CancellationToken ct) =>
        (await OfAsync([account], db, clock, ct))[0];

    /// <summary>With all their grants, in one query.</summary>
    public static async Task<List<AccountResponse>> OfAsync(IReadOnlyList<Account> accounts, MembershipDb db, TimeProvider clock, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var ids = accounts.Select(account => account.Id).ToArray();
        var grants = (await db.AccountGrants.AsNoTracking().Where(g => ids.Contains(g.AccountId)).OrderBy(g => g.Id).ToListAsync(ct)).ToLookup(grant => grant.AccountId);
        return [.. accounts.Select(a => new AccountResponse(
            a.Id, a.Version, a.PersonId, a.Node, a.Email ?? "", a.Language, a.ClosedAt is not null ? "closed" : a.ActivatedAt is null ? "invited" : "active",
            a.TwoFactorEnabled, a.LockoutEnd > now ? a.LockoutEnd : null, a.UndeliverableSince, a.CreatedAt, a.CreatedBy, [.. grants[a.Id].Select(GrantResponse.Of)]))];
    }
}

/// <summary><paramref name="Until"/> in the past says that the grant has ended; it stays in the list, so that it can be told who could do what.</summary>
internal sealed record GrantResponse(
    Guid Id, string Grant, DateTimeOffset From, DateTimeOffset? Until, Guid? PersonRoleId, string? OverrideReason, string GrantedBy, string? EndedBy)
{
    public static GrantResponse Of(AccountGrant grant) =>
        new(grant.Id, grant.Grant, grant.From, grant.Until, grant.PersonRoleId, grant.OverrideReason, grant.GrantedBy, grant.EndedBy);
}
