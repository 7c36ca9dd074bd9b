using System.Diagnostics;
using Insp1r.Benchmarks.Harness;
using Insp1r.Testing.Stack;

namespace Insp1r.Benchmarks.Figures;

/// <summary>From a finished build to all healthy in an empty state folder, and the memory at rest, once the demo data is loaded.</summary>
internal static class StartUpFigure
{
    private static readonly string[] Orchestrators = ["dcp", "Aspire.Dashboard"];
    private static readonly string[] Services = ["gateway", "membership", "advocacy", "communications"];

    public static async Task MeasureAsync(Bench bench, Report report, CancellationToken ct)
    {
        await Machine.WaitForIdleAsync(bench.Settings.Patience, ct);
        var start = Stopwatch.GetTimestamp();
        await using var stack = await PlatformStack.StartAsync(new StackOptions("bench-start") { Demo = true }, ct);
        var elapsed = Stopwatch.GetElapsedTime(start);
        report.Add("start, empty folder to all healthy", Measure.Of(elapsed.TotalSeconds), "s", Bar.AtMost(15, "s"));

        await Until.TrueAsync(
            () => stack.Status.ReplicasOf("demo-data") is [{ State: "Finished" }], "the demo data is loaded", ct, TimeSpan.FromMinutes(2));
        await Machine.WaitForIdleAsync(bench.Settings.Patience, ct);
        var (orchestration, services) = (MemoryOf(Orchestration(stack)), MemoryOf(ServicesOf(stack.Status)));
        report.Add("memory at rest, orchestrator, dashboard and AppHost", orchestration, "MiB", Bar.AtMost(600, "MiB"));
        report.Add("memory at rest, gateway and all services", services, "MiB", Bar.AtMost(700, "MiB"));
    }

    /// <summary>The application host, and beside it the orchestrator's processes and the dashboard.</summary>
    private static IEnumerable<int> Orchestration(PlatformStack stack) => stack.Roots.SelectMany(Machine.Tree)
        .Where(id => id == stack.Status.AppHost.ProcessId || IsOrchestrator(Machine.ProgramOf(id)));

    private static bool IsOrchestrator(string program) => Orchestrators.Any(name => program.StartsWith(name, StringComparison.Ordinal));

    // The process of the status may have changed its user first and then started the service below it.
    private static IEnumerable<int> ServicesOf(StackStatus status) =>
        Services.SelectMany(status.ReplicasOf).SelectMany(service => Machine.Tree(service.ProcessId));

    private static Measure MemoryOf(IEnumerable<int> processes)
    {
        var sum = 0.0;
        foreach (var id in processes)
        {
            var memory = Machine.ProportionalMemory(id);
            // The kernel tells it to the process's own user and to root.
            if (memory == 0)
                throw new InvalidOperationException($"/proc/{id}/smaps_rollup of {Machine.ProgramOf(id)} cannot be read.");
            Report.Detail($"{memory,6:0} MiB  {Machine.ProgramOf(id)}");
            sum += memory;
        }

        return Measure.Of(sum);
    }
}
