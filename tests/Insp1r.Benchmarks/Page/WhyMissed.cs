namespace Insp1r.Benchmarks.Page;

/// <summary>What is known of why figures miss their bars. The page shows a text while a line that it is about is missed.</summary>
/// <param name="Lines">How the names of those lines begin.</param>
internal sealed record WhyMissed(string[] Lines, string Text)
{
    public static readonly IReadOnlyList<WhyMissed> Texts =
    [
        new(["gateway"], """
            - *Beside nginx.* A bare YARP itself stays below nginx (its own line shows how far), and the gateway adds a few microseconds of CPU to
              YARP's. The added p50 is mostly the time that a sleeping worker takes to wake: workers do not spin for work. That costs about 100 µs
              on one connection and gives a third more writes under load.
            """),
        new(["bulk sync"], """
            - *Bars in rows a second* suppose a machine that merges 60,000 rows a second. Where COPY + merge reaches less, read the ratio beside it:
              20,000 rows a second stand for a third of that machine's merge.
            """),
        new(["create"], """
            - *create*: a write costs about 1.8 ms of CPU over all processes: a quarter in PostgreSQL (record, external ids, trigram index, log
              row), a quarter in membership (Entity Framework, JSON), the rest in the gateway, RabbitMQ and the two services that take the event.
              They share the cores.
            """),
        new(["list", "filter"], """
            - *list*: about 40 % of it is PostgreSQL's. The rest is spent reading 50 records and writing them as JSON in membership, and passing
              20 kB through the gateway.
            """),
        new(["commit to effect"], """
            - *commit → effect*: a commit, a read of the log, a confirmed publish to a quorum queue and the consumer's commit, each with its own
              wait for the disk, while the writers use the cores. Beside a bulk sync a single change also waits behind the chunk that came before
              it in the log.
            """),
        new(["first delivery"], """
            - *first delivery*: most of it is .NET's start and its first compilation of the path.
            """),
        new(["idle"], """
            - *idle*: two queries a second are the polls of the three relays and the measure of their lag. The others come from the load that ran
              before.
            """),
    ];

    public bool IsAbout(Result line) => Lines.Any(beginning => line.Figure.StartsWith(beginning, StringComparison.Ordinal));
}
