using Insp1r.Benchmarks.Harness;
using Insp1r.Benchmarks.Page;

namespace Insp1r.Benchmarks.Tests;

public sealed class PageTests
{
    private static readonly DateTimeOffset Monday = new(2026, 11, 2, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Tuesday = Monday.AddDays(1);

    [Fact]
    public async Task Page_InTheRepository_IsWhatTheBenchWrites() =>
        Assert.True(
            await new BenchmarksPage(Bench.Root).IsCurrentAsync(TestContext.Current.CancellationToken), "Write docs/benchmarks.md anew: ./insp1r bench page");

    [Fact]
    public void Page_SomeFiguresTakenAgain_OthersKeepTheirDay()
    {
        var before = new Results([Of("get", Monday, "aaaaaaa"), Of("list", Monday, "aaaaaaa")]);

        var page = BenchmarksPage.Text(before.With(new Results([Of("get", Tuesday, "bbbbbbb")])));

        const string Line = "by id | 500/s | pgbench 1,000/s | 0.50 | ≥ 0.40 | met";
        Assert.Contains($"| get {Line} | 2026-11-03, bbbbbbb, 2 cores |", page, StringComparison.Ordinal);
        Assert.Contains($"| list {Line} | 2026-11-02, aaaaaaa, 2 cores |", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Page_MachineWasNotIdle_SaysSo() =>
        Assert.Contains("2 cores, not idle |", BenchmarksPage.Text(new Results([Of("get", Monday, "aaaaaaa") with { Unrest = 1 }])), StringComparison.Ordinal);

    [Fact]
    public void Page_FigureMissed_SaysWhy()
    {
        var missed = Of("list", Monday, "aaaaaaa") with { IsMet = false };

        Assert.Contains("- *list*:", BenchmarksPage.Text(new Results([missed])), StringComparison.Ordinal);
        Assert.DoesNotContain("- *list*:", BenchmarksPage.Text(new Results([missed with { IsMet = true }])), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Results_WrittenAndRead_AreTheSame()
    {
        var file = Path.GetTempFileName();
        var results = new Results([Of("get", Monday, "aaaaaaa")]);
        await results.WriteAsync(file, TestContext.Current.CancellationToken);

        var read = await Results.ReadAsync(file, TestContext.Current.CancellationToken);

        Assert.Equal(results.Lines, read.Lines);
        File.Delete(file);
    }

    private static Result Of(string of, DateTimeOffset at, string commit) =>
        new(of, $"{of} by id", "/s", Measure.Of(500), "pgbench", Measure.Of(1_000), ">= 0.40 x", IsMet: true, Unrest: 0, at, commit, Cores: 2);
}
