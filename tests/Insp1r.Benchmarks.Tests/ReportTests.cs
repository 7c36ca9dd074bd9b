using Insp1r.Benchmarks.Figures;
using Insp1r.Benchmarks.Harness;

namespace Insp1r.Benchmarks.Tests;

public sealed class ReportTests
{
    private static readonly Figure Good = new("good", "", (_, report, _) =>
    {
        report.Add("reads", Measure.Of(100), "/s", "pgbench", Measure.Of(200), Bar.RatioAtLeast(0.4));
        return Task.CompletedTask;
    });

    private static readonly Figure Broken = new("broken", "", (_, report, _) =>
    {
        report.Add("begun", Measure.Of(1), "s", Bar.None);
        throw new InvalidOperationException("the answer was wrong");
    });

    private static readonly Figure WithoutTool = new("without tool", "", (_, _, _) => throw new MissingToolException("nginx", "nginx"));

    [Fact]
    public async Task Report_OneFigureFails_SaysSoAndTakesTheOthers()
    {
        var report = await TakeAsync(Broken, Good);

        Assert.Equal("broken: the answer was wrong", Assert.Single(report.Failures));
        Assert.Equal("reads", Assert.Single(report.Lines).Figure);
    }

    [Fact]
    public async Task Report_ToolIsMissing_IsNoFailure()
    {
        var report = await TakeAsync(WithoutTool, Good);

        Assert.Empty(report.Failures);
        Assert.StartsWith("without tool: nginx is not installed", Assert.Single(report.Omitted), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public async Task Report_NumberThatCannotBe_FailsTheFigure(double value)
    {
        var report = await TakeAsync(Of(value, mayBeNone: false));

        Assert.Single(report.Failures);
        Assert.Empty(report.Lines);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    public async Task Report_DifferenceThatIsNone_IsKept(double value)
    {
        var report = await TakeAsync(Of(value, mayBeNone: true));

        Assert.Empty(report.Failures);
        Assert.Single(report.Lines);
    }

    private static Figure Of(double value, bool mayBeNone) => new("of", "", (_, report, _) =>
    {
        report.Add("number", Measure.Of(value), "MiB", Bar.None, mayBeNone);
        return Task.CompletedTask;
    });

    private static async Task<Report> TakeAsync(params Figure[] figures)
    {
        var report = new Report();
        await using var bench = new Bench(Settings.Proof);
        await bench.TakeAsync(figures, report, TestContext.Current.CancellationToken);
        return report;
    }
}
