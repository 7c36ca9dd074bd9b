using Insp1r.Benchmarks.Figures;
using Insp1r.Benchmarks.Harness;

[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace Insp1r.Benchmarks.Tests;

/// <summary>
/// Takes each figure of the bench for about a second, so that a figure that no longer works is seen at once. A figure checks the answers that
/// it gets, and the report refuses impossible numbers. How fast anything was is not asked here.
/// </summary>
public sealed class FigureTests(FigureTests.SharedBench shared) : IClassFixture<FigureTests.SharedBench>
{
    public static TheoryData<string> Names => [.. Figure.All.Select(figure => figure.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Figure_TakenForASecond_GivesNumbersBesideItsYardsticks(string name)
    {
        var report = new Report();
        await shared.Bench.TakeAsync(Figure.All.Where(figure => figure.Name == name), report, TestContext.Current.CancellationToken);

        Assert.Empty(report.Failures);
        Assert.Empty(report.Omitted);
        Assert.NotEmpty(report.Lines);
        Assert.All(report.Lines, line => Assert.Equal(name, line.Of));
        Assert.DoesNotContain(report.Lines, line => line.YardstickName is not null && line.Ratio is null);
    }

    /// <summary>The platform is started once, by the first figure that needs it.</summary>
    public sealed class SharedBench : IAsyncDisposable
    {
        internal Bench Bench { get; } = new(Settings.Proof);

        public ValueTask DisposeAsync() => Bench.DisposeAsync();
    }
}
