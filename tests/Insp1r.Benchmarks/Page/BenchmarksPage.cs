using System.Globalization;
using System.Text;
using Insp1r.Benchmarks.Harness;

namespace Insp1r.Benchmarks.Page;

/// <summary><c>docs/benchmarks.md</c>: the texts of this folder, with the last result of each figure from <c>docs/benchmarks.json</c>.</summary>
internal sealed class BenchmarksPage(string root)
{
    private const string Opening = """
        # What it reaches

        <!-- Written by ./insp1r bench --write. Its texts stand in tests/Insp1r.Benchmarks/Page; ./insp1r bench page writes them anew. -->

        `./insp1r bench` measures the platform beside its yardsticks in one run. `--quick` gives a first look in a few minutes, `--only sync,feed`
        takes only these figures, and `--help` says how to compare two checkouts. A figure counts only beside the yardstick of the same run:
        machines differ, and two runs of one machine differ too.

        Everything is on while the bench measures (tokens, scopes, limits, log, telemetry). The load, the servers and the databases share the cores
        of one machine. The last column says when each figure was taken, and at which commit; do not compare figures of different days. *Not idle*
        means that something else was at work on the machine.

        """;

    private const string Closing = """

        **What the figures are**

        - *Yardsticks.* `pgbench` reads or writes the same rows in plain SQL, with prepared statements, in the same database. The raw broker is one
          confirmed publish to a quorum queue and its delivery. `COPY + merge` copies the same rows into a staging table and merges them in one
          statement.
        - *gateway*: the gateway stands in front of a service that always gives the same small answer, as nginx and a bare YARP do.
        - *memory at rest* is read from `/proc/PID/smaps_rollup` after the demo data was loaded. It is PSS: memory that processes share counts once.
        - *commit → effect* is the time from the commit in membership to the commit of its effect in advocacy, both by PostgreSQL's clock.
        - *writes with the log* is the same transaction with and without the row of the log.

        """;

    private const string Missed = """

        **Why the missed ones are missed**

        """;

    private string Json => Path.Combine(root, "docs", "benchmarks.json");

    private string Markdown => Path.Combine(root, "docs", "benchmarks.md");

    /// <summary>Takes the new results over, figure by figure, and writes the page.</summary>
    public async Task WriteAsync(Results? newer, CancellationToken ct)
    {
        var kept = await Results.ReadAsync(Json, ct);
        if (newer is not null)
        {
            kept = kept.With(newer);
            await kept.WriteAsync(Json, ct);
        }

        await File.WriteAllTextAsync(Markdown, Text(kept), ct);
    }

    /// <summary>Whether the page is what these texts and the kept results give.</summary>
    public async Task<bool> IsCurrentAsync(CancellationToken ct) =>
        await File.ReadAllTextAsync(Markdown, ct) == Text(await Results.ReadAsync(Json, ct));

    public static string Text(Results results)
    {
        var page = new StringBuilder(Opening);
        page.Append("\n| Figure | Ours | Yardstick of the same run | Ratio | Bar | | Taken |\n|---|---|---|---|---|---|---|\n");
        Result? previous = null;
        foreach (var line in results.Lines)
        {
            // One figure may be held against two bars.
            var again = previous is not null && previous.Figure == line.Figure && previous.Ours == line.Ours;
            string[] cells =
            [
                again ? "" : Words(line.Figure),
                again ? "" : Quantity(line.Ours, line.Unit),
                line.Yardstick is { } yardstick ? $"{line.YardstickName} {Quantity(yardstick, line.Unit)}" : "",
                line.Ratio is { } ratio ? ratio.ToString("0.00", CultureInfo.InvariantCulture) : "",
                Words(line.Bar).Replace(" x", "", StringComparison.Ordinal),
                line.IsMet switch { true => "met", false => "missed", null => "" },
                string.Create(CultureInfo.InvariantCulture, $"{line.At:yyyy-MM-dd}, {line.Commit}, {line.Cores} cores{(line.Unrest > 0 ? ", not idle" : "")}"),
            ];
            page.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", cells)} |\n");
            previous = line;
        }

        page.Append(Closing);
        var missed = results.Lines.Where(line => line.IsMet is false).ToList();
        var reasons = WhyMissed.Texts.Where(text => missed.Exists(text.IsAbout)).ToList();
        if (reasons.Count > 0)
            page.Append(Missed).Append('\n').AppendJoin("", reasons.Select(text => $"{text.Text}\n"));
        return page.ToString();
    }

    private static string Quantity(Measure measure, string unit) =>
        $"{Measure.Number(measure.Median)}{(unit == "/s" ? "" : " ")}{Words(unit)}";

    private static string Words(string text) => text
        .Replace(">=", "≥", StringComparison.Ordinal)
        .Replace("<=", "≤", StringComparison.Ordinal)
        .Replace(" to effect", " → effect", StringComparison.Ordinal)
        .Replace(" /s", "/s", StringComparison.Ordinal) is var words && words.EndsWith("us", StringComparison.Ordinal)
            ? words[..^2] + "µs"
            : words;
}
