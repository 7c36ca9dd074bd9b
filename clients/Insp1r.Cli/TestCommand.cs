using System.CommandLine;
using System.Diagnostics;
using Insp1r.Platform;

namespace Insp1r.Cli;

/// <summary>
/// Checks the formatting, then runs every test project of the built solution and sums up what they say. With <c>--project</c> only those
/// projects are built, and the formatting is left to the run of all tests.
/// </summary>
internal static class TestCommand
{
    private static readonly string[] _wholeStack = ["System", "Benchmarks", "Fault"];
    private static readonly TimeSpan _grace = TimeSpan.FromSeconds(20);

    public static Command Create()
    {
        var noFormat = new Option<bool>("--no-format") { Description = "Do not check the formatting first" };
        var filter = new Option<string?>("--filter") { Description = "Only tests that match, as dotnet test --filter" };
        var project = new Option<string?>("--project") { Description = "Only test projects whose name contains this, without the formatting" };
        var command = new Command("test", "Build, check the formatting and run all tests") { noFormat, filter, project };
        command.SetAction(async (parsed, ct) =>
        {
            var root = Installation.Current.Root;
            var formatted = parsed.GetValue(noFormat) || parsed.GetValue(project) is not null || await IsFormattedAsync(root, ct);
            var results = Path.Combine(root, "artifacts", "tests");
            if (Directory.Exists(results))
                Directory.Delete(results, recursive: true);

            var total = new TestCount();
            var crashed = new List<string>();
            foreach (var assembly in FindAssemblies(root, parsed.GetValue(project)))
            {
                var name = Path.GetFileNameWithoutExtension(assembly);
                Console.WriteLine($"{name} ...");
                var exitCode = await RunAsync(assembly, parsed.GetValue(filter), results, ct);
                var count = TestCount.Read(Path.Combine(results, $"{name}.trx"));
                total += count;

                // A host that crashed, or found nothing that it could load, fails without a failed test.
                if (exitCode != 0 && count.Failed == 0)
                    crashed.Add(name);
            }

            foreach (var name in crashed)
                Console.WriteLine($"{name}: the test host ended before its tests did.");
            if (!formatted)
                Console.WriteLine("The formatting differs. Mend it: dotnet format Insp1r.sln");
            if (total.All == 0)
                Console.WriteLine("No test ran.");
            Console.WriteLine(total);
            return formatted && crashed.Count == 0 && total is { Failed: 0, All: > 0 } ? 0 : 1;
        });
        return command;
    }

    private static async Task<bool> IsFormattedAsync(string root, CancellationToken ct)
    {
        Console.WriteLine("Formatting ...");
        return await StartAsync(root, ["format", Path.Combine(root, "Insp1r.sln"), "--no-restore", "--verify-no-changes", "--verbosity", "quiet"], ct) == 0;
    }

    private static IEnumerable<string> FindAssemblies(string root, string? only)
    {
        // The tests of the whole stack last: what they cover too, a smaller test explains better.
        var projects = Directory.GetFiles(Path.Combine(root, "tests"), "*.Tests.csproj", SearchOption.AllDirectories)
            .Where(p => only is null || Path.GetFileName(p).Contains(only, StringComparison.OrdinalIgnoreCase))
            .OrderBy(p => _wholeStack.Any(name => Path.GetFileName(p).Contains(name, StringComparison.Ordinal)))
            .ThenBy(p => p, StringComparer.Ordinal);
        foreach (var project in projects)
        {
            var framework = new DirectoryInfo(AppContext.BaseDirectory);
            var assembly = Path.Combine(
                Path.GetDirectoryName(project)!, "bin", framework.Parent!.Name, framework.Name, Path.GetFileNameWithoutExtension(project) + ".dll");
            yield return File.Exists(assembly) ? assembly
                : throw new PlatformException($"{assembly} is missing. Is {Path.GetFileName(project)} part of Insp1r.sln?");
        }
    }

    private static Task<int> RunAsync(string assembly, string? filter, string results, CancellationToken ct)
    {
        List<string> arguments =
        [
            "test", assembly, "--nologo", "--results-directory", results, "--logger", $"trx;LogFileName={Path.GetFileNameWithoutExtension(assembly)}.trx",
            "--logger", "console;verbosity=minimal",
        ];
        if (filter is not null)
            arguments.AddRange(["--filter", filter]);
        return StartAsync(Path.GetDirectoryName(assembly)!, arguments, ct);
    }

    private static async Task<int> StartAsync(string folder, IReadOnlyList<string> arguments, CancellationToken ct)
    {
        // In a group of its own: the runner, the test hosts and the servers of the tests can then be told to stop together.
        using var process = Process.Start(new ProcessStartInfo("setsid", ["dotnet", .. arguments]) { WorkingDirectory = folder })!;
        try
        {
            await process.WaitForExitAsync(ct);
            return process.ExitCode;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            if (ProcessIdentity.Find(process.Id) is { } runner)
            {
                runner.SignalGroup(Signals.Interrupt);
                await runner.WaitForExitAsync(_grace, CancellationToken.None);
                runner.SignalGroup(Signals.Kill);
            }

            throw new PlatformException("Stopped before all tests had run.");
        }
    }
}
