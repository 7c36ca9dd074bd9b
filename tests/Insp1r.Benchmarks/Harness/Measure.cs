using System.Globalization;
using System.Runtime.InteropServices;

namespace Insp1r.Benchmarks.Harness;

/// <summary>One quantity over the rounds: its median, with the least and the most that was seen.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Measure(double Median, double Min, double Max)
{
    public static Measure Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? new Measure(double.NaN, double.NaN, double.NaN) : new Measure(Percentile(sorted, 50), sorted[0], sorted[^1]);
    }

    public static Measure Of(double value) => new(value, value, value);

    /// <summary>Of values in ascending order, between two neighbours by their distance.</summary>
    public static double Percentile(IReadOnlyList<double> sorted, double percent)
    {
        if (sorted.Count == 0)
            return double.NaN;

        var place = percent / 100 * (sorted.Count - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, sorted.Count - 1);
        return sorted[below] + ((sorted[above] - sorted[below]) * (place - below));
    }

    public string Text(string unit) => Min == Max || double.IsNaN(Median)
        ? $"{Number(Median)} {unit}"
        : $"{Number(Median)} {unit} [{Number(Min)}-{Number(Max)}]";

    public static string Number(double value) => value switch
    {
        double.NaN => "-",
        >= 100 or <= -100 => value.ToString("#,0", CultureInfo.InvariantCulture),
        >= 10 or <= -10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.00", CultureInfo.InvariantCulture),
    };
}
