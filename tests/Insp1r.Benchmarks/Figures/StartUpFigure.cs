using System.Diagnostics;
using Insp1r.Benchmarks.Harness;
using Insp1r.Testing.Stack;

namespace Insp1r.Benchmarks.Figures;

/// <summary>From a finished build to all healthy in an empty state folder, and the memory that the platform holds once the demo data is in.</summary>
internal static class StartUpFigure
{
    public static async Task MeasureAsync(Bench bench, Report report, CancellationToken ct)
    {
        await Machine.WaitForIdleAsync(bench.Settings.Patience, ct);
        var start = Stopwatch.GetTimestamp();
        await using var stack = await PlatformStack.StartAsync(new StackOptions("bench-start") { Demo = true }, ct);
        report.Add("start, empty folder to all healthy", Measure.Of(Stopwatch.GetElapsedTime(start).TotalSeconds), "s", Bar.AtMost(15, "s"));

        await Until.TrueAsync(() => stack.Status.ReplicasOf("demo-data") is [{ State: "Finished" }], "the demo data is loaded", ct, TimeSpan.FromMinutes(2));
        await Machine.WaitForIdleAsync(bench.Settings.Patience, ct);
        var processes = Machine.Tree(stack.Status.AppHost.ProcessId).Where(id => Path.GetFileName(Machine.CommandLine(id).FirstOrDefault()) == "dotnet").ToList();
        foreach (var id in processes)
            Report.Detail($"{Machine.ProportionalMemory(id),6:0} MiB  {Path.GetFileNameWithoutExtension(Machine.CommandLine(id).ElementAtOrDefault(1))}");
        report.Add("memory of all .NET processes after the demo load", Measure.Of(processes.Sum(Machine.ProportionalMemory)), "MiB", Bar.AtMost(700, "MiB"));
    }
}
