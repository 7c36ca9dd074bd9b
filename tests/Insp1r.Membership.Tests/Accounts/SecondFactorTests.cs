using System.Net;
using System.Text.RegularExpressions;
using Insp1r.Membership.Accounts;

namespace Insp1r.Membership.Tests.Accounts;

/// <summary>One-time codes, and the page on which somebody sets them up.</summary>
public sealed partial class SecondFactorTests(Shared shared)
{
    private const string StandardsKey = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    // RFC 6238, appendix B, cut to six digits.
    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(1234567890, "005924")]
    [InlineData(20000000000, "353130")]
    public void OneTimeCode_OfTheStandard_BelongsToItsStep(long seconds, string code) =>
        Assert.Equal(seconds / 30, Totp.FindStep(StandardsKey, code, DateTimeOffset.FromUnixTimeSeconds(seconds)));

    [Theory]
    [InlineData(-2, false)]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void OneTimeCode_OfAnotherStep_IsTakenFromTheNeighboursAlone(int steps, bool taken)
    {
        const long Step = 41152263;

        var found = Totp.FindStep(StandardsKey, Codes.OfStep(StandardsKey, Step + steps), DateTimeOffset.FromUnixTimeSeconds((Step * 30) + 15));

        Assert.Equal(taken ? Step + steps : null, found);
    }

    [Theory]
    [InlineData("")]
    [InlineData("28708")]
    [InlineData("2870822")]
    [InlineData("28708é")]
    [InlineData("abcdef")]
    public void OneTimeCode_ThatIsNone_IsRefused(string code) => Assert.Null(Totp.FindStep(StandardsKey, code, DateTimeOffset.FromUnixTimeSeconds(59)));

    [Fact]
    public async Task SetUpPage_ShowsTheLinkAsAnImage_BesideTheKeyAsText()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var (_, _, email) = await network.InviteAsync(Ct, $"steward@{network.Node}");
        using var browser = new PersonBrowser(shared.App.Address);
        (await browser.GetAsync((await shared.Mail.WaitForAsync(email, Ct)).Link("/account/invitation").PathAndQuery, Ct)).Is(200);

        var page = await browser.FollowAsync(await browser.PostAsync("/account/invitation", Ct, ("password", PersonBrowser.Password)), Ct);

        var link = WebUtility.HtmlDecode(LinkOnPage().Match(page.Text).Groups["link"].Value);
        Assert.Contains(Totp.QrCode(link), page.Text, StringComparison.Ordinal);
        Assert.Contains($"secret={KeyOnPage().Match(page.Text).Groups["key"].Value.Replace(" ", "", StringComparison.Ordinal)}", link, StringComparison.Ordinal);
        // Of the policy of these pages: neither script nor style inside of them, and no image from anywhere.
        Assert.Contains("default-src 'none'; style-src 'self'", page.Headers["Content-Security-Policy"], StringComparison.Ordinal);
        Assert.DoesNotMatch("<script|<style|style=|<img", page.Text);
    }

    [GeneratedRegex("href=\"(?<link>otpauth://[^\"]+)\"", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex LinkOnPage();

    [GeneratedRegex("<code id=\"key\">(?<key>[A-Z2-7 ]+)</code>", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex KeyOnPage();
}
