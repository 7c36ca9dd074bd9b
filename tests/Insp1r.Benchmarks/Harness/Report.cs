using System.Globalization;
using Insp1r.Benchmarks.Figures;

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

/// <summary>
/// A line of the table: what <paramref name="Of"/>, a figure of the bench, measured. <paramref name="Yardstick"/> is null where nothing was there to
/// compare with. <paramref name="Unrest"/> counts the figure's rounds that began while something else was at work on the machine.
/// </summary>
internal sealed record Line(string Of, string Figure, Measure Ours, string Unit, string? YardstickName, Measure? Yardstick, Bar Bar, int Unrest)
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
    private string _of = "";
    private int _unrestBefore;

    public IReadOnlyList<Line> Lines => _lines;

    /// <summary>What could not be measured because a program is not installed.</summary>
    public IReadOnlyList<string> Omitted => _omitted;

    public IReadOnlyList<string> Failures => _failures;

    private int Unrest => Machine.StartsInUnrest - _unrestBefore;

    /// <summary>What is added from now on belongs to this figure.</summary>
    public void Begin(Figure figure)
    {
        (_of, _unrestBefore) = (figure.Name, Machine.StartsInUnrest);
        Say($"\n{figure.Name}: {figure.About}");
    }

    public static void Say(string text) => Console.WriteLine(text);

    public static void Detail(string text) => Console.WriteLine($"  {text}");

    /// <param name="mayBeNone">The number is a difference, or counts what need not happen. Any other number is above zero, or the figure fails.</param>
    public void Add(string figure, Measure ours, string unit, Bar bar, bool mayBeNone = false) =>
        Add(new Line(_of, figure, ours, unit, null, null, bar, Unrest), mayBeNone);

    /// <inheritdoc cref="Add(string, Measure, string, Bar, bool)"/>
    public void Add(string figure, Measure ours, string unit, string yardstickName, Measure? yardstick, Bar bar, bool mayBeNone = false) =>
        Add(new Line(_of, figure, ours, unit, yardstickName, yardstick, bar, Unrest), mayBeNone);

    /// <summary>Something could not be measured because a program is not installed, which is said and is no failure.</summary>
    public void Omit(string what, string reason)
    {
        _omitted.Add($"{what}: {reason}");
        Detail($"left out: {reason}");
    }

    /// <summary>The figure that was begun could not be taken; the lines that it added before are dropped.</summary>
    public void Fail(string reason)
    {
        _lines.RemoveAll(line => line.Of == _of);
        _failures.Add($"{_of}: {reason}");
        Detail($"FAILED: {reason}");
    }

    public void Print()
    {
        Table(
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
        ]);

        Say("");
        foreach (var text in _omitted)
            Say($"left out  {text}");
        foreach (var text in _failures)
            Say($"FAILED    {text}");
        if (Machine.StartsInUnrest > 0)
            Say($"unrest    something else was at work on this machine at the start of {Machine.StartsInUnrest} rounds: only ratios mean something, and not much");
        Say($"{_lines.Count(line => line.IsMet is true)} met, {_lines.Count(line => line.IsMet is false)} missed, {_failures.Count} failed");
    }

    /// <summary>Prints rows, the first of which is the head, with their columns under each other.</summary>
    public static void Table(string[][] rows)
    {
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToList();
        Say("");
        foreach (var row in rows)
            Say(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }

    private void Add(Line line, bool mayBeNone)
    {
        Measure[] measures = [line.Ours, .. line.Yardstick is { } other ? [other] : Array.Empty<Measure>()];
        if (measures.Any(measure => !double.IsFinite(measure.Median) || (measure.Median <= 0 && !mayBeNone)))
            throw new InvalidOperationException($"'{line.Figure}' cannot be {string.Join(" beside ", measures.Select(measure => measure.Text(line.Unit)))}.");

        _lines.Add(line);
        var verdict = line.IsMet switch { true => " met", false => " MISSED", null => "" };
        Detail($"-> {line.Figure}: {line.Ours.Text(line.Unit)}{(line.Ratio is { } ratio ? $", {ratio.ToString("0.00", CultureInfo.InvariantCulture)} x {line.YardstickName}" : "")}{verdict}");
    }
}
