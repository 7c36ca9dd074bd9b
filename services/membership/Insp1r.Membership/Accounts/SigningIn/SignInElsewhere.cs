using Insp1r.Membership.Accounts.Pages;
using Insp1r.Membership.Data;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Accounts.SigningIn;

/// <summary>Signing in, and taking up an invitation, with the other provider.</summary>
internal static class SignInElsewhere
{
    public sealed class Form
    {
        public string? ReturnUrl { get; init; }
        public Guid? Account { get; init; }
        public string? Token { get; init; }
    }

    public static async Task<Results<ChallengeHttpResult, RazorComponentResult<MessagePage>>> BeginAsync(
        [FromForm] Form? form, HttpContext http, ExternalProvider provider, CancellationToken ct) =>
        provider.IsUsed
            ? await provider.BeginAsync(new ExternalPurpose(Page.SafeReturn(form?.ReturnUrl), form?.Account, form?.Token), ct)
            : Page.Say(http, words => words.LinkOver, StatusCodes.Status404NotFound);

    public static async Task<Results<RedirectHttpResult, RazorComponentResult<MessagePage>>> FinishAsync(
        HttpContext http, ExternalProvider provider, UserManager<Account> users, SignInFlow flow, AccountAccess access, MembershipDb db, TimeProvider clock, CancellationToken ct)
    {
        if (!provider.IsUsed || await provider.FinishAsync(http, ct) is not { } identity)
            return Refuse(http, provider);

        var account = identity.Purpose.Account is { } invited
            ? await LinkAsync(identity, invited, users, access, db, clock, ct)
            : await users.FindByLoginAsync(identity.Issuer, identity.Subject);
        return account is { IsOpen: true }
            ? await flow.ContinueAsync(http, account, identity.SecondFactor, identity.Purpose.ReturnUrl, ct)
            : Refuse(http, provider);
    }

    private static async Task<Account?> LinkAsync(ExternalIdentity identity, Guid invited, UserManager<Account> users, AccountAccess access, MembershipDb db, TimeProvider clock, CancellationToken ct)
    {
        if (await db.Accounts.SingleOrDefaultAsync(a => a.Id == invited, ct) is not { IsOpen: true } account
            || !await users.VerifyUserTokenAsync(account, LinkTokens.Invitation, LinkTokens.Invitation, identity.Purpose.Token ?? "")
            || await users.FindByLoginAsync(identity.Issuer, identity.Subject) is not null)
            return null;

        await users.AddLoginAsync(account, new UserLoginInfo(identity.Issuer, identity.Subject, null));
        account.EmailConfirmed = true;
        account.TakeUp(clock.GetUtcNow());
        // The link has done its work.
        account.Restamp();
        access.Note(account, "activated", after: new { provider = identity.Issuer });
        await db.SaveChangesAsync(ct);
        return account;
    }

    private static RazorComponentResult<MessagePage> Refuse(HttpContext http, ExternalProvider provider) =>
        Page.Say(http, words => string.Format(null, words.ProviderRefused, provider.Name ?? "?"), StatusCodes.Status403Forbidden);
}
