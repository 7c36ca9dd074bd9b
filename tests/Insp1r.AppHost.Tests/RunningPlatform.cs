using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Insp1r.AppHost.Running;
using Insp1r.AppHost.Tests;
using Insp1r.Platform;
using Insp1r.Testing.Stack;
using Microsoft.Extensions.DependencyInjection;

[assembly: AssemblyFixture(typeof(RunningPlatform))]
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace Insp1r.AppHost.Tests;

/// <summary>The application model run inside the test process, with two replicas of each service; started by the first test that needs it.</summary>
public sealed class RunningPlatform : IAsyncDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"insp1r-model-{Path.GetRandomFileName()[..8]}");
    private DistributedApplication? _application;

    public DistributedApplication Application => _application!;
    internal StateFolder State => new(_folder);
    internal IReadOnlyList<ResourceStatus> Resources => Application.Services.GetRequiredService<StatusBoard>().Resources;
    internal ResourceStatus this[string name] => Resources.Single(resource => resource.Name == name);

    public async Task StartedAsync(CancellationToken ct)
    {
        if (_application is not null)
            return;

        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Insp1r_AppHost>(
            [$"--INSP1R_STATE={_folder}", $"--INSP1R_PORT={FreePort.Next()}", "--Parameters:demo=false", "--Parameters:replicas=2", "--Insp1r:Detached=true"], ct);
        _application = await builder.BuildAsync(ct);
        await _application.StartAsync(ct);
        await Until.TrueAsync(() => StartUp.IsComplete(Resources), "all is healthy", ct, TimeSpan.FromMinutes(3));
    }

    /// <summary>The environment that a resource's process was given.</summary>
    internal async Task<Dictionary<string, string>> VariablesAsync(string name)
    {
        var text = await File.ReadAllTextAsync(string.Create(CultureInfo.InvariantCulture, $"/proc/{this[name].Process!.ProcessId}/environ"));
        return text.Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(variable => variable.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
    }

    internal async Task UntilRunsAgainAsync(string name, int otherThan, CancellationToken ct) => await Until.TrueAsync(
        () => this[name] is { State: ResourceState.Running, Process: { } process } && process.ProcessId != otherThan, $"{name} runs again", ct, TimeSpan.FromSeconds(120));

    public async ValueTask DisposeAsync()
    {
        if (_application is not null)
            await _application.DisposeAsync();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }
}
