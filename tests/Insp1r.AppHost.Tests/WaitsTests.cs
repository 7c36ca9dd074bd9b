using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Insp1r.NativeHosting;
using Insp1r.Platform;

namespace Insp1r.AppHost.Tests;

public sealed class WaitsTests : IDisposable
{
    private readonly Model _model = new();

    public void Dispose() => _model.Dispose();

    [Fact]
    public void WaitFor_Database_WaitsForItsServerToo()
    {
        var database = _model.Builder.AddPostgres("postgres").AddDatabase("membershipdb");

        var project = _model.AddProject("membership").WaitFor(database);

        Assert.Equal(["postgres", "membershipdb"], project.Resource.Annotations.OfType<WaitAnnotation>().Select(w => w.Resource.Name));
    }

    [Fact]
    public void WaitFor_Oneself_IsRefused()
    {
        var project = _model.AddProject("membership");

        Assert.Throws<DistributedApplicationException>(() => project.WaitFor(project));
    }

    [Theory]
    [InlineData(nameof(ResourceState.Running), nameof(ResourceState.Running), true)]
    [InlineData(nameof(ResourceState.Running), nameof(ResourceState.Finished), true)]
    [InlineData(nameof(ResourceState.Running), nameof(ResourceState.Starting), false)]
    [InlineData(nameof(ResourceState.Running), nameof(ResourceState.Unhealthy), false)]
    [InlineData(nameof(ResourceState.Restarting), nameof(ResourceState.Running), false)]
    public void Wait_UntilHealthy_AsksEveryReplica(string first, string second, bool met)
    {
        var wait = new WaitAnnotation(_model.AddProject("membership").Resource, WaitType.WaitUntilHealthy);

        Assert.Equal(met, StartUp.IsMet(wait, [Status("membership-1", Enum.Parse<ResourceState>(first)), Status("membership-2", Enum.Parse<ResourceState>(second))]));
    }

    [Theory]
    [InlineData(nameof(ResourceState.Running), null, false)]
    [InlineData(nameof(ResourceState.Finished), 0, true)]
    [InlineData(nameof(ResourceState.Failed), 1, false)]
    public void Wait_ForCompletion_AsksForTheExitCode(string state, int? exitCode, bool met)
    {
        var wait = new WaitAnnotation(_model.AddProject("membership").Resource, WaitType.WaitForCompletion);

        Assert.Equal(met, StartUp.IsMet(wait, [Status("membership", Enum.Parse<ResourceState>(state)) with { ExitCode = exitCode }]));
    }

    [Fact]
    public void StartUp_CrashAfterCrash_IsAFailureWithItsReason()
    {
        var crashing = Status("membership", ResourceState.Restarting) with { Restarts = 5, Message = "exited with code 134" };

        Assert.Contains("membership does not start: exited with code 134", StartUp.FindFailure([crashing]));
        Assert.Null(StartUp.FindFailure([crashing with { Restarts = 4 }]));
    }

    [Fact]
    public async Task Board_ChangeWhileWaiting_EndsTheWait()
    {
        var ct = TestContext.Current.CancellationToken;
        var board = new StatusBoard();
        board.Add(Status("membership", ResourceState.Starting));

        var waiting = board.UntilAsync(StartUp.IsComplete, ct);
        Assert.False(waiting.IsCompleted);
        board.Update("membership", s => s with { State = ResourceState.Running });

        await waiting.WaitAsync(TimeSpan.FromSeconds(10), ct);
    }

    private static ResourceStatus Status(string name, ResourceState state) =>
        new() { Name = name, Resource = "membership", Kind = "project", State = state };
}
