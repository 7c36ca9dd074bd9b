using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.Membership.Accounts.SigningIn;

/// <summary>What comes after somebody showed who they are.</summary>
internal sealed class SignInFlow(Browser browser, AccountAccess access)
{
    /// <summary>To the next step, or into a session and back to where they wanted to go.</summary>
    /// <param name="secondFactor">True where another provider saw a second factor already.</param>
    public async Task<RedirectHttpResult> ContinueAsync(HttpContext http, Account account, bool secondFactor, string returnUrl, CancellationToken ct)
    {
        var next = secondFactor ? null
            : account.TwoFactorEnabled ? NextStep.ShowCode
            : await access.NeedsSecondFactorAsync(account.Id, ct) ? NextStep.SetUp : (NextStep?)null;
        if (next is { } step)
        {
            await browser.AwaitAsync(http, account, step, ct);
            return TypedResults.LocalRedirect($"/account/{(step == NextStep.ShowCode ? "code" : "second-factor")}?returnUrl={Uri.EscapeDataString(returnUrl)}");
        }

        await browser.SignInAsync(http, account, secondFactor, ct);
        access.Note(account, "signed-in", after: new { secondFactor });
        await access.SaveAsync(ct);
        return TypedResults.LocalRedirect(returnUrl);
    }
}
