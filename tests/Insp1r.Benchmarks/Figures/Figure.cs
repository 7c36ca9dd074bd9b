using Insp1r.Benchmarks.Harness;

namespace Insp1r.Benchmarks.Figures;

/// <summary>Something that the bench measures, chosen by its name. It adds lines to the report, and throws where an answer was wrong.</summary>
internal sealed record Figure(string Name, string About, Func<Bench, Report, CancellationToken, Task> MeasureAsync)
{
    /// <summary>All of them, in the order in which they are taken: reads before what fills the tables.</summary>
    public static readonly IReadOnlyList<Figure> All =
    [
        new("gateway", "The gateway beside nginx and bare YARP", GatewayFigure.MeasureAsync),
        new("start", "Start-up, and memory at rest after the demo load", StartUpFigure.MeasureAsync),
        new("get", "One organisation by its id", ReadFigures.MeasureGetAsync),
        new("list", "A page of organisations, and a filtered page", ReadFigures.MeasureListAsync),
        new("create", "Registering organisations", CreateFigure.MeasureAsync),
        new("idle", "What runs while nothing happens", IdleFigure.MeasureAsync),
        new("effect", "From a commit to its effect in another service", EffectFigure.MeasureAsync),
        new("backlog", "Events that waited, drained", BacklogFigure.MeasureAsync),
        new("live", "Single-row transactions with their effects", LiveFigure.MeasureAsync),
        new("log", "What the log costs its writer", LogCostFigure.MeasureAsync),
        new("sync", "A national system pushes all its members", SyncFigure.MeasureAsync),
        new("beside", "Single changes beside a bulk sync", BesideSyncFigure.MeasureAsync),
        new("feed", "The change feed", FeedFigure.MeasureAsync),
        new("restart", "The relay's process killed and started again", RestartFigure.MeasureAsync),
    ];

    public static string Names => string.Join(", ", All.Select(figure => figure.Name));
}
