using System.CommandLine;
using System.Globalization;
using Insp1r.Benchmarks.Harness;

namespace Insp1r.Benchmarks.Page;

/// <summary>Two runs side by side, such as of two checkouts.</summary>
internal static class CompareCommand
{
    private const double Worth = 0.03;

    public static Command Create()
    {
        var before = new Argument<FileInfo>("BEFORE") { Description = "What bench --json wrote in the one checkout" };
        var after = new Argument<FileInfo>("AFTER") { Description = "What it wrote in the other" };
        var command = new Command("compare", "Show two runs side by side. Ratios to a yardstick are compared where there is one") { before, after };
        command.SetAction(async (parsed, ct) => Print(
            await Results.ReadAsync(parsed.GetValue(before)!.FullName, ct),
            await Results.ReadAsync(parsed.GetValue(after)!.FullName, ct)));
        return command;
    }

    private static void Print(Results before, Results after)
    {
        var old = before.Lines.DistinctBy(Key).ToDictionary(Key);
        Report.Table(
        [
            ["figure", "before", "after", "change", "beside", "ratio before", "after", "change", ""],
            .. after.Lines.DistinctBy(Key).Where(line => old.ContainsKey(Key(line))).Select(line => Row(old[Key(line)], line)),
        ]);
        foreach (var figure in after.Lines.Select(line => line.Figure).Except(before.Lines.Select(line => line.Figure), StringComparer.Ordinal))
            Report.Say($"only after   {figure}");
        foreach (var figure in before.Lines.Select(line => line.Figure).Except(after.Lines.Select(line => line.Figure), StringComparer.Ordinal))
            Report.Say($"only before  {figure}");
    }

    private static string[] Row(Result before, Result after)
    {
        var change = (after.Ours.Median / before.Ours.Median) - 1;
        var ratio = (after.Ratio / before.Ratio) - 1;
        // The yardstick of each run takes the machine's mood out.
        var worse = IsLessBetter(after) ? ratio ?? change : -(ratio ?? change);
        return
        [
            after.Figure,
            before.Ours.Text(before.Unit),
            after.Ours.Text(after.Unit),
            Percent(change),
            after.YardstickName ?? "",
            Number(before.Ratio),
            Number(after.Ratio),
            ratio is { } r ? Percent(r) : "",
            worse > Worth ? "WORSE" : worse < -Worth ? "better" : "",
        ];
    }

    private static bool IsLessBetter(Result line) =>
        line.Bar.StartsWith("<=", StringComparison.Ordinal) || (line.Bar.Length == 0 && line.Unit != "/s");

    private static (string, string?) Key(Result line) => (line.Figure, line.YardstickName);

    private static string Percent(double change) => change.ToString("+0.0 %;-0.0 %", CultureInfo.InvariantCulture);

    private static string Number(double? ratio) => ratio?.ToString("0.000", CultureInfo.InvariantCulture) ?? "";
}
