using System.Collections;
using System.Diagnostics;
using System.Net.Sockets;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Insp1r.Platform;
using Microsoft.Extensions.Configuration;

namespace Insp1r.NativeHosting;

/// <summary>Runs an application model as processes of this machine, from the first port to the last exit code.</summary>
internal sealed class NativeEngine(DistributedApplicationBuilder builder)
{
    private static readonly TimeSpan _startLimit = TimeSpan.FromMinutes(3);

    private readonly StateFolder _state = builder.State;
    private readonly StatusBoard _board = new();
    private readonly CancellationTokenSource _stopProjects = new();
    private readonly CancellationTokenSource _stopServers = new();
    private readonly CancellationTokenSource _stopReporting = new();
    private readonly List<ResourceRunner> _runners = [];
    private readonly List<ReplicaProxy> _proxies = [];
    private readonly List<LogFile> _logs = [];
    private readonly HttpClient _http = new();
    private readonly ConsoleOutput _console = new(
        IsDetached(builder) ? TextWriter.Null : Console.Out, new LogFile(builder.State, "engine"), verbose: builder.Configuration.GetValue("Insp1r:Verbose", false), TimeProvider.System);

    private readonly long _started = Stopwatch.GetTimestamp();
    private Task _projects = Task.CompletedTask;
    private Task _servers = Task.CompletedTask;
    private Task _reporting = Task.CompletedTask;
    private Task _disk = Task.CompletedTask;
    private StatusReporter? _reporter;
    private FileStream? _lock;

    public async Task StartAsync(CancellationToken ct)
    {
        _state.Create();
        _lock = _state.Lock();
        await Leftovers.StopAsync(_state, ct);
        _reporter = new StatusReporter(_state, _board, TimeProvider.System);
        var prerequisites = Prerequisites.OfThisMachine(_state);
        try
        {
            prerequisites.Check(builder.Resources);
            var ports = new PortBook(_state);
            EndpointAllocation.Allocate(builder.Resources, ports);
            AddRunners(ports);
            ports.Save();
            StartProxies();
        }
        catch (PlatformException e)
        {
            _reporter.Fail(e.Message);
            throw;
        }

        _reporting = _reporter.RunAsync(_stopReporting.Token);
        _disk = new DiskWatch(prerequisites, _reporter, _console).RunAsync(_stopReporting.Token);
        _servers = RunAsync(servers: true, _stopServers.Token);
        _projects = RunAsync(servers: false, _stopProjects.Token);
    }

    /// <summary>Tells when all is healthy, and then waits to be stopped.</summary>
    public async Task UntilStoppedAsync(CancellationToken ct)
    {
        try
        {
            await UntilHealthyAsync(ct);
            await Task.Delay(Timeout.Infinite, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            _console.Line("Stopping. The data stays. Ctrl-C again ends everything at once.");
        }
    }

    public async Task StopAsync()
    {
        _console.OnlyEvents = true;
        _reporter?.Enter(PlatformState.Stopping);
        await _stopProjects.CancelAsync();
        await _projects;
        await _stopServers.CancelAsync();
        await _servers;
        foreach (var database in _board.Resources.Where(resource => resource.Kind == "database").ToList())
            _board.Update(database.Name, s => s with { State = ResourceState.Stopped });
        foreach (var proxy in _proxies)
            await proxy.DisposeAsync();
        await _stopReporting.CancelAsync();
        await _reporting;
        await _disk;
        _reporter?.Enter(PlatformState.Stopped);

        _logs.ForEach(l => l.Dispose());
        _http.Dispose();
        if (_lock is not null)
            await _lock.DisposeAsync();
    }

    public void Kill()
    {
        foreach (var process in _board.Resources.Select(r => r.Process).OfType<ProcessIdentity>())
            process.SignalGroup(Signals.Kill);
    }

    private async Task UntilHealthyAsync(CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(_startLimit);
        string? failure;
        try
        {
            await _board.UntilAsync(resources => StartUp.IsComplete(resources) || StartUp.FindFailure(resources) is not null, limit.Token);
            failure = StartUp.FindFailure(_board.Resources);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            failure = StartUp.Unfinished(_board.Resources, _startLimit);
        }

        if (failure is not null)
        {
            failure = StartUp.WithLogTail(failure, _board.Resources, _state);

            // A script waits for success or failure; a person at the terminal may mend what is wrong while the rest runs.
            if (IsDetached(builder))
            {
                _reporter!.Fail(failure);
                throw new PlatformException(failure);
            }

            _console.Line(failure);
            await _board.UntilAsync(StartUp.IsComplete, ct);
        }

        _reporter!.Healthy(Stopwatch.GetElapsedTime(_started));
        _console.Line(Welcome.Text(_reporter.Status));
        _console.Show(Welcome.Accounts(_state));
    }

    private Task RunAsync(bool servers, CancellationToken stopping) =>
        Task.WhenAll(_runners.Where(r => r.Workload.IsServer == servers).Select(r => r.RunAsync(stopping)));

    private void StartProxies()
    {
        try
        {
            _proxies.ForEach(p => p.Start());
        }
        catch (SocketException e)
        {
            throw new PlatformException($"An address that replicas share cannot be listened on: {e.Message}. Try again: ./insp1r up");
        }
    }

    private void AddRunners(PortBook ports)
    {
        var environment = new ProjectEnvironment(builder.ExecutionContext, EngineEnvironment());
        foreach (var resource in builder.Resources)
        {
            switch (resource)
            {
                case PostgresServerResource server:
                    Add(new PostgresServer(server, _state, builder.Secrets, _board));
                    break;
                case PostgresDatabaseResource database:
                    _board.Add(new ResourceStatus
                    {
                        Name = database.Name,
                        Resource = database.Name,
                        Kind = "database",
                        State = ResourceState.Waiting,
                    });
                    break;
                case RabbitMQServerResource server:
                    var erlang = new ErlangPorts(
                        $"insp1r-{_state.ShortHash}@localhost", ports.Get($"{server.Name}/epmd"), ports.Get($"{server.Name}/distribution"));
                    var nameDaemon = new ErlangNameDaemon(server, erlang);
                    Add(nameDaemon);
                    Add(new RabbitMqServer(server, _state, erlang, _http), waitFor: nameDaemon.Name);
                    break;
                case ProjectResource or ExecutableResource:
                    var replicas = EndpointAllocation.ReplicasOf(resource, ports);
                    foreach (var replica in replicas)
                        Add(new ProjectRunner(resource, replica, environment, _http));
                    if (replicas.Count > 1)
                        _proxies.AddRange(EndpointAllocation.ProxiesOf(resource, replicas, _board.IsRunning));
                    break;
            }
        }
    }

    private void Add(Workload workload, string? waitFor = null)
    {
        var log = new LogFile(_state, workload.Name);
        _logs.Add(log);
        _board.Add(new ResourceStatus
        {
            Name = workload.Name,
            Resource = workload.Resource.Name,
            Kind = workload.Kind,
            State = ResourceState.Waiting,
            Address = workload.Address,
            ServiceAddress = EndpointAllocation.AddressOf(workload.Resource),
            DisplayText = EndpointAllocation.DisplayTextOf(workload.Resource),
        });
        _runners.Add(new ResourceRunner(workload, DependenciesAsync, _board, _console, log, TimeProvider.System));

        Task DependenciesAsync(CancellationToken ct) => _board.UntilAsync(
            resources => workload.Resource.Annotations.OfType<WaitAnnotation>().All(w => StartUp.IsMet(w, resources))
                && (waitFor is null || _board.IsRunning(waitFor)), ct);
    }

    /// <summary>No terminal is there to read; the engine's log says the same.</summary>
    private static bool IsDetached(DistributedApplicationBuilder builder) => builder.Configuration.GetValue("Insp1r:Detached", false);

    private static Dictionary<string, string> EngineEnvironment() => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .ToDictionary(v => (string)v.Key, v => (string?)v.Value ?? "");
}
