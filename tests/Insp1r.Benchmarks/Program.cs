using System.CommandLine;
using System.Diagnostics;
using Insp1r.Benchmarks;
using Insp1r.Benchmarks.Figures;
using Insp1r.Benchmarks.Harness;
using Insp1r.Benchmarks.Peers;

(string Name, string About, Func<Bench, Report, CancellationToken, Task> MeasureAsync)[] figures =
[
    ("gateway", "The gateway beside nginx and bare YARP", GatewayFigure.MeasureAsync),
    ("start", "Start-up, and memory after the demo load", StartUpFigure.MeasureAsync),
    ("get", "One organisation by its id", ReadFigures.MeasureGetAsync),
    ("list", "A page of organisations, and a filtered page", ReadFigures.MeasureListAsync),
    ("create", "Registering organisations", CreateFigure.MeasureAsync),
    ("idle", "What runs while nothing happens", IdleFigure.MeasureAsync),
    ("effect", "From a commit to its effect in another service", EffectFigure.MeasureAsync),
    ("backlog", "Events that waited, drained", BacklogFigure.MeasureAsync),
    ("live", "Single-row transactions with their effects", LiveFigure.MeasureAsync),
    ("log", "What the log costs its writer", LogCostFigure.MeasureAsync),
    ("sync", "A national system pushes all its members", SyncFigure.MeasureAsync),
    ("beside", "Single changes beside a bulk sync", BesideSyncFigure.MeasureAsync),
    ("feed", "The change feed", FeedFigure.MeasureAsync),
    ("restart", "The relay's process killed and started again", RestartFigure.MeasureAsync),
];

var quick = new Option<bool>("--quick") { Description = "Fewer and shorter rounds: a look in about two minutes" };
var only = new Option<string[]>("--only")
{
    Description = $"Only these, by comma: {string.Join(", ", figures.Select(figure => figure.Name))}",
    AllowMultipleArgumentsPerToken = true,
};
var json = new Option<FileInfo?>("--json") { Description = "Write the figures to this file, too" };
var root = new RootCommand("Measures the platform beside its yardsticks, in one run on this machine.") { quick, only, json, PeerCommand.Create() };
root.SetAction(async (parsed, ct) =>
{
    var wanted = (parsed.GetValue(only) ?? []).SelectMany(names => names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToHashSet(StringComparer.Ordinal);
    if (wanted.FirstOrDefault(name => figures.All(figure => figure.Name != name)) is { } unknown)
    {
        Console.Error.WriteLine($"There is no figure '{unknown}'. There are: {string.Join(", ", figures.Select(figure => figure.Name))}");
        return 2;
    }

    var report = new Report();
    var start = Stopwatch.GetTimestamp();
    await using (var bench = new Bench(parsed.GetValue(quick) ? Settings.Short : Settings.Full))
    {
        foreach (var figure in figures.Where(figure => wanted.Count == 0 || wanted.Contains(figure.Name)))
        {
            Report.Say($"\n{figure.Name}: {figure.About}");
            try
            {
                await figure.MeasureAsync(bench, report, ct);
            }
            catch (MissingToolException e)
            {
                report.Omit(figure.Name, e.Message);
            }
            // One figure that cannot be taken must not cost the others.
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                report.Fail(figure.Name, e.Message);
            }
        }
    }

    report.Print();
    Report.Say($"measured in {Stopwatch.GetElapsedTime(start).TotalMinutes:0.0} minutes");
    if (parsed.GetValue(json) is { } file)
        await report.WriteJsonAsync(file.FullName, ct);
    return report.AnyFailure ? 1 : 0;
});
return await root.Parse(args).InvokeAsync();
