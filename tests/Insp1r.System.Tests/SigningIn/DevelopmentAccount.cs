using System.Text.Json.Nodes;
using Insp1r.Testing;
using Insp1r.Testing.Stack;

namespace Insp1r.System.Tests.SigningIn;

/// <summary>One of the accounts that an installation for development has, for the role of its name. Those of readers and contributors need no second factor.</summary>
internal sealed record DevelopmentAccount(string Email, Uri Link)
{
    public const string Password = "orange tram sings quietly";

    public static async Task<DevelopmentAccount> OfAsync(PlatformStack stack, string role, CancellationToken ct)
    {
        var entries = JsonNode.Parse(await File.ReadAllTextAsync(stack.DevelopmentAccountsFile, ct))!.AsArray();
        var entry = entries.Single(entry => (string?)entry!["role"] == role)!;
        return new DevelopmentAccount((string)entry["email"]!, new Uri((string)entry["link"]!));
    }

    /// <summary>Takes the invitation up, or signs in where that was done before.</summary>
    public async Task SignInAsync(PageBrowser browser, CancellationToken ct)
    {
        if ((await browser.GetAsync(Link.PathAndQuery, ct)).Status == 200)
            (await browser.PostAsync("/account/invitation", ct, ("password", Password))).Is(302);
        else
            (await browser.SignInAsync(Email, Password, ct)).Is(302);
    }
}
