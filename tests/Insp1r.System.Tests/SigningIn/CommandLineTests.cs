using System.Diagnostics;
using System.Text.RegularExpressions;
using Insp1r.Testing;
using Insp1r.Testing.Stack;

namespace Insp1r.System.Tests.SigningIn;

/// <summary>A person's own token on the command line.</summary>
public sealed partial class CommandLineTests(Platform platform)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TokenSignIn_PrintsThePersonsToken_OnceLetInInABrowser()
    {
        using var browser = new PageBrowser(platform.Stack.Address);
        await (await DevelopmentAccount.OfAsync(platform.Stack, "reader", Ct)).SignInAsync(browser, Ct);
        using var process = Start("token", "--sign-in");

        var said = await process.StandardError.ReadLineAsync(Ct) ?? "";
        (await browser.GetAsync(new Uri(Address().Match(said).Value).PathAndQuery, Ct)).Is(200);
        (await browser.PostAsync("/connect/verify", Ct, ("answer", "allow"))).Is(302);
        var token = (await process.StandardOutput.ReadToEndAsync(Ct)).Trim();
        await process.WaitForExitAsync(Ct);

        Assert.Equal(0, process.ExitCode);
        (await platform.Stack.Anonymous.GetAsync("/api/v1/organisations?limit=1", Ct, ("Authorization", $"Bearer {token}"))).Expect(200);
    }

    private Process Start(params string[] arguments)
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        var cli = Path.Combine(PlatformStack.Root, "clients", "Insp1r.Cli", "bin", framework.Parent!.Name, framework.Name, "Insp1r.Cli.dll");
        var start = new ProcessStartInfo("dotnet", [cli, .. arguments]) { WorkingDirectory = PlatformStack.Root, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in platform.Stack.Variables)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    [GeneratedRegex("http://\\S+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Address();
}
