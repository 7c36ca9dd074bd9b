using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Insp1r.Membership.Accounts;

/// <summary>
/// The tokens in mailed links: Identity's, bound to the account and to its security stamp, which changes with the password: so each
/// works once.
/// </summary>
internal static class LinkTokens
{
    public const string Invitation = "invitation";
    public const string Reset = "reset";

    public static IdentityBuilder AddLinkTokens(this IdentityBuilder identity)
    {
        identity.Services.Configure<InvitationOptions>(options => (options.Name, options.TokenLifespan) = (Invitation, TimeSpan.FromDays(7)));
        identity.Services.Configure<ResetOptions>(options => (options.Name, options.TokenLifespan) = (Reset, TimeSpan.FromHours(1)));
        return identity.AddTokenProvider<InvitationTokens>(Invitation).AddTokenProvider<ResetTokens>(Reset);
    }

    private sealed class InvitationOptions : DataProtectionTokenProviderOptions;

    private sealed class ResetOptions : DataProtectionTokenProviderOptions;

    private sealed class InvitationTokens(IDataProtectionProvider protection, IOptions<InvitationOptions> options, ILogger<DataProtectorTokenProvider<Account>> logger)
        : DataProtectorTokenProvider<Account>(protection, options, logger);

    private sealed class ResetTokens(IDataProtectionProvider protection, IOptions<ResetOptions> options, ILogger<DataProtectorTokenProvider<Account>> logger)
        : DataProtectorTokenProvider<Account>(protection, options, logger);
}
