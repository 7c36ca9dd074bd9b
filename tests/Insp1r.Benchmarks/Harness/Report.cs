using System.Globalization;
using System.Text.Json;

namespace Insp1r.Benchmarks.Harness;

/// <summary>What a figure has to reach: a value of its own, or a ratio to the yardstick of the same run.</summary>
internal sealed record Bar(string Text, Func<double, double, bool>? IsMet)
{
    /// <summary>Nothing to reach: the figure is shown because it explains another.</summary>
    public static readonly Bar None = new("", null);

    public static Bar AtLeast(double value, string unit) => new($">= {Measure.Number(value)} {unit}", (ours, _) => ours >= value);

    public static Bar AtMost(double value, string unit) => new($"<= {Measure.Number(value)} {unit}", (ours, _) => ours <= value);

    public static Bar RatioAtLeast(double ratio) => new(string.Create(CultureInfo.InvariantCulture, $">= {ratio:0.00} x"), (ours, yardstick) => ours / yardstick >= ratio);

    public static Bar RatioAtMost(double ratio) => new(string.Create(CultureInfo.InvariantCulture, $"<= {ratio:0.00} x"), (ours, yardstick) => ours / yardstick <= ratio);
}

/// <summary>A line of the table. <paramref name="Yardstick"/> is null where nothing was there to compare with.</summary>
internal sealed record Line(string Figure, Measure Ours, string Unit, string? YardstickName, Measure? Yardstick, Bar Bar)
{
    public double? Ratio => Yardstick is { } yardstick ? Ours.Median / yardstick.Median : null;

    /// <summary>Null where there is no bar, or nothing to hold against it.</summary>
    public bool? IsMet => Bar.IsMet is { } isMet && !double.IsNaN(Ours.Median) && (Yardstick is not null || YardstickName is null)
        ? isMet(Ours.Median, Yardstick?.Median ?? double.NaN)
        : null;
}

/// <summary>Says what happens while it happens, and prints the table in the end.</summary>
internal sealed class Report
{
    private readonly List<Line> _lines = [];
    private readonly List<string> _omitted = [];
    private readonly List<string> _failures = [];

    public bool AnyFailure => _failures.Count > 0;

    public static void Say(string text) => Console.WriteLine(text);

    public static void Detail(string text) => Console.WriteLine($"  {text}");

    public void Add(string figure, Measure ours, string unit, Bar bar) => Add(new Line(figure, ours, unit, null, null, bar));

    public void Add(string figure, Measure ours, string unit, string yardstickName, Measure? yardstick, Bar bar) =>
        Add(new Line(figure, ours, unit, yardstickName, yardstick, bar));

    /// <summary>Something could not be measured because a program is not installed, which is said and is no failure.</summary>
    public void Omit(string figure, string reason)
    {
        _omitted.Add($"{figure}: {reason}");
        Detail($"left out: {reason}");
    }

    public void Fail(string figure, string reason)
    {
        _failures.Add($"{figure}: {reason}");
        Detail($"FAILED: {reason}");
    }

    public void Print()
    {
        string[][] rows =
        [
            ["figure", "ours", "yardstick", "ratio", "bar", ""],
            .. _lines.Select(line => (string[])
            [
                line.Figure,
                line.Ours.Text(line.Unit),
                line.Yardstick is { } yardstick ? $"{line.YardstickName} {yardstick.Text(line.Unit)}" : line.YardstickName is null ? "" : $"{line.YardstickName} missing",
                line.Ratio is { } ratio ? ratio.ToString("0.00", CultureInfo.InvariantCulture) : "",
                line.Bar.Text,
                line.IsMet switch { true => "met", false => "MISSED", null => "" },
            ]),
        ];
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToList();
        Say("");
        foreach (var row in rows)
            Say(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());

        Say("");
        foreach (var text in _omitted)
            Say($"left out  {text}");
        foreach (var text in _failures)
            Say($"failed    {text}");
        if (Machine.StartsInUnrest > 0)
            Say($"unrest    something else was at work on this machine at the start of {Machine.StartsInUnrest} rounds: only ratios mean something, and not much");
        Say($"{_lines.Count(line => line.IsMet is true)} met, {_lines.Count(line => line.IsMet is false)} missed, {_failures.Count} failed");
    }

    public async Task WriteJsonAsync(string file, CancellationToken ct)
    {
        var json = new
        {
            at = DateTimeOffset.UtcNow,
            cores = Environment.ProcessorCount,
            lines = _lines.Select(line => new
            {
                line.Figure,
                line.Unit,
                ours = Finite(line.Ours),
                line.YardstickName,
                yardstick = line.Yardstick is { } yardstick ? Finite(yardstick) : null,
                ratio = line.Ratio is { } ratio && double.IsFinite(ratio) ? ratio : (double?)null,
                bar = line.Bar.Text,
                line.IsMet,
            }),
            leftOut = _omitted,
            failed = _failures,
        };
        await File.WriteAllBytesAsync(file, JsonSerializer.SerializeToUtf8Bytes(json, new JsonSerializerOptions(JsonSerializerDefaults.Web) { WriteIndented = true }), ct);
    }

    // JSON has no NaN.
    private static object? Finite(Measure measure) => double.IsFinite(measure.Median) ? measure : null;

    private void Add(Line line)
    {
        _lines.Add(line);
        var verdict = line.IsMet switch { true => " met", false => " MISSED", null => "" };
        Detail($"-> {line.Figure}: {line.Ours.Text(line.Unit)}{(line.Ratio is { } ratio ? $", {ratio.ToString("0.00", CultureInfo.InvariantCulture)} x {line.YardstickName}" : "")}{verdict}");
    }
}
