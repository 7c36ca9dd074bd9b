using System.CommandLine;
using System.Diagnostics;
using Insp1r.Benchmarks;
using Insp1r.Benchmarks.Figures;
using Insp1r.Benchmarks.Harness;
using Insp1r.Benchmarks.Page;
using Insp1r.Benchmarks.Peers;

const string About = """
    Measures the platform beside its yardsticks, in one run on this machine. Ends with 1 when a figure could not be taken.

    To compare two checkouts, run the bench in each of them on the same quiet machine, in turn and not at the same time:
      git worktree add ../before COMMIT
      (cd ../before && ./insp1r bench --only gateway,get,list --json /tmp/before.json)
      ./insp1r bench --only gateway,get,list --json /tmp/after.json
      ./insp1r bench compare /tmp/before.json /tmp/after.json
    """;

var quick = new Option<bool>("--quick") { Description = "Fewer and shorter rounds: a look in a few minutes" };
var only = new Option<string[]>("--only")
{
    Description = $"Only these, by comma: {Figure.Names}",
    AllowMultipleArgumentsPerToken = true,
};
var json = new Option<FileInfo?>("--json") { Description = "Write the figures to this file, too" };
var write = new Option<bool>("--write") { Description = "Write the figures to docs/benchmarks.md, where the others keep what they have" };
var page = new Command("page", "Measure nothing; write docs/benchmarks.md again from its texts and docs/benchmarks.json");
page.SetAction((_, ct) => new BenchmarksPage(Bench.Root).WriteAsync(newer: null, ct));

var root = new RootCommand(About) { quick, only, json, write, page, CompareCommand.Create(), PeerCommand.Create() };
root.SetAction(async (parsed, ct) =>
{
    var wanted = (parsed.GetValue(only) ?? [])
        .SelectMany(names => names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        .ToHashSet(StringComparer.Ordinal);
    if (wanted.FirstOrDefault(name => Figure.All.All(figure => figure.Name != name)) is { } unknown)
    {
        Console.Error.WriteLine($"There is no figure '{unknown}'. There are: {Figure.Names}");
        return 2;
    }

    if (parsed.GetValue(quick) && parsed.GetValue(write))
    {
        Console.Error.WriteLine("What --quick measures is too rough for the page: --write is without it.");
        return 2;
    }

    var commit = await Commit.OfAsync(Bench.Root, ct);
    var report = new Report();
    var start = Stopwatch.GetTimestamp();
    await using (var bench = new Bench(parsed.GetValue(quick) ? Settings.Quick : Settings.Full))
        await bench.TakeAsync(Figure.All.Where(figure => wanted.Count == 0 || wanted.Contains(figure.Name)), report, ct);

    report.Print();
    Report.Say($"measured {commit} in {Stopwatch.GetElapsedTime(start).TotalMinutes:0.0} minutes");
    var results = Results.Of(report, commit, DateTimeOffset.UtcNow);
    if (parsed.GetValue(json) is { } file)
        await results.WriteAsync(file.FullName, ct);
    if (parsed.GetValue(write))
        await new BenchmarksPage(Bench.Root).WriteAsync(results, ct);
    return report.Failures.Count > 0 ? 1 : 0;
});
return await root.Parse(args).InvokeAsync();
