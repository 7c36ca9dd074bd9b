using System.Text.Json;
using Insp1r.Benchmarks.Harness;

namespace Insp1r.Benchmarks.Page;

/// <summary>A line of the table as it is kept: with the commit that it was measured at, when, and on how many cores.</summary>
/// <param name="Of">The figure of the bench that measured it.</param>
/// <param name="Figure">What was measured, as the table names it.</param>
/// <param name="Unrest">How many of its rounds began while something else was at work on the machine.</param>
internal sealed record Result(
    string Of,
    string Figure,
    string Unit,
    Measure Ours,
    string? YardstickName,
    Measure? Yardstick,
    string Bar,
    bool? IsMet,
    int Unrest,
    DateTimeOffset At,
    string Commit,
    int Cores)
{
    public double? Ratio => Yardstick is { } yardstick ? Ours.Median / yardstick.Median : null;
}

/// <summary>What one run measured, or the last that was measured of each figure: <c>docs/benchmarks.json</c>.</summary>
internal sealed record Results(IReadOnlyList<Result> Lines)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Results Of(Report report, string commit, DateTimeOffset at) => new(
    [
        .. report.Lines.Select(line => new Result(
            line.Of,
            line.Figure,
            line.Unit,
            line.Ours,
            line.YardstickName,
            line.Yardstick,
            line.Bar.Text,
            line.IsMet,
            line.Unrest,
            at,
            commit,
            Environment.ProcessorCount)),
    ]);

    public static async Task<Results> ReadAsync(string file, CancellationToken ct)
    {
        await using var stream = File.OpenRead(file);
        return (await JsonSerializer.DeserializeAsync<Results>(stream, Json, ct))!;
    }

    public async Task WriteAsync(string file, CancellationToken ct) =>
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(this, Json) + "\n", ct);

    /// <summary>These, but for the figures that <paramref name="newer"/> has; in the order in which figures are taken.</summary>
    public Results With(Results newer)
    {
        var taken = newer.Lines.Select(line => line.Of).ToHashSet(StringComparer.Ordinal);
        var order = Figures.Figure.All.Select(figure => figure.Name).ToList();
        return new Results([.. Lines.Where(line => !taken.Contains(line.Of)).Concat(newer.Lines).OrderBy(line => order.IndexOf(line.Of))]);
    }
}
