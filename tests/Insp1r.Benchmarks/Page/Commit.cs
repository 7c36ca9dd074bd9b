using System.ComponentModel;
using Insp1r.Benchmarks.Harness;

namespace Insp1r.Benchmarks.Page;

/// <summary>What is measured: the checkout's commit, and whether files differ from it.</summary>
internal static class Commit
{
    public static async Task<string> OfAsync(string root, CancellationToken ct)
    {
        try
        {
            var commit = (await GitAsync("rev-parse", "--short=7", "HEAD")).Trim();
            // The page and its results may come from the run before.
            var isClean = string.IsNullOrWhiteSpace(await GitAsync("status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs"));
            return isClean ? commit : $"{commit} with changes";
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            return "unknown commit";
        }

        Task<string> GitAsync(params string[] arguments) =>
            Child.RunAsync("git", ["-C", root, .. arguments], new Dictionary<string, string>(StringComparer.Ordinal), ct);
    }
}
