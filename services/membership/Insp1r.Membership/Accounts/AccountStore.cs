using System.Security.Cryptography;
using Insp1r.Membership.Data;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;

namespace Insp1r.Membership.Accounts;

/// <summary>
/// Accounts for ASP.NET Core Identity. A use case saves once, by itself. The key of the one-time codes and the hashes of recovery codes lie
/// encrypted in the database; the keys for that lie outside it (<c>DataProtection:Folder</c>).
/// </summary>
internal sealed class AccountStore : UserOnlyStore<Account, MembershipDb, Guid>
{
    private readonly IDataProtector _protector;

    public AccountStore(MembershipDb db, IDataProtectionProvider protection, IdentityErrorDescriber describer) : base(db, describer)
    {
        AutoSaveChanges = false;
        _protector = protection.CreateProtector("account-token");
    }

    /// <summary>The account is tracked: what was changed is saved with the use case.</summary>
    public override Task<IdentityResult> UpdateAsync(Account user, CancellationToken cancellationToken = default) => Task.FromResult(IdentityResult.Success);

    public override Task SetTokenAsync(Account user, string loginProvider, string name, string? value, CancellationToken cancellationToken) =>
        base.SetTokenAsync(user, loginProvider, name, value is null ? null : _protector.Protect(value), cancellationToken);

    public override async Task<string?> GetTokenAsync(Account user, string loginProvider, string name, CancellationToken cancellationToken)
    {
        if (await base.GetTokenAsync(user, loginProvider, name, cancellationToken) is not { } stored)
            return null;

        try
        {
            return _protector.Unprotect(stored);
        }
        catch (CryptographicException)
        {
            // The keys were lost: nobody can read it again, and the person sets up a new second factor by an invitation.
            return null;
        }
    }
}
