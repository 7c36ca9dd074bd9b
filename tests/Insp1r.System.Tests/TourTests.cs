using System.Text.RegularExpressions;
using Insp1r.Testing.Stack;

namespace Insp1r.System.Tests;

/// <summary>docs/api.md is what newcomers copy from: its commands are run as they stand there.</summary>
public sealed partial class TourTests(Platform platform)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tour_RunAsWritten_GoesThroughToItsEnd()
    {
        await Network.EnsureAsync(platform.Stack, Ct);
        var document = await File.ReadAllTextAsync(Path.Combine(PlatformStack.Root, "docs", "api.md"), Ct);
        var blocks = Block().Matches(document).Select(block => block.Groups["commands"].Value).ToList();
        Assert.True(blocks.Count >= 8, $"Only {blocks.Count} blocks of commands.");

        // One shell for all, since a later block uses what an earlier one has set; it stops at the first command that fails.
        var script = string.Join('\n', blocks.Select((block, index) => $"echo '--- block {index + 1}'\n{block}"));
        var (code, output) = await platform.Stack.RunAsync("bash", ["-euo", "pipefail", "-c", script], Ct);

        Assert.True(code == 0, output);
        Assert.DoesNotContain("/problems/unauthorized", output, StringComparison.Ordinal);
        Assert.DoesNotContain("/problems/internal", output, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^```sh\n(?<commands>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Block();
}
