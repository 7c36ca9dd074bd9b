using System.Globalization;
using System.Runtime.InteropServices;
using Insp1r.Platform;
using Microsoft.Extensions.Hosting;

namespace Insp1r.AppHost.Running;

/// <summary>Aspire's orchestrator (DCP): the process that starts all others for this application host.</summary>
internal static class OrchestratorProcess
{
    /// <summary>The process that was told to serve this application host; null where there is none.</summary>
    public static ProcessIdentity? Find(int appHost) => Directory.EnumerateDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? id : 0)
        .Where(id => id > 0 && Serves(id, appHost))
        .Select(ProcessIdentity.Find)
        .FirstOrDefault(process => process is not null);

    private static bool Serves(int id, int appHost)
    {
        try
        {
            var words = File.ReadAllText($"/proc/{id}/cmdline").Split('\0');
            return Path.GetFileName(words[0]) == "dcp" && words.Contains("start-apiserver") && words.SkipWhile(word => word != "--monitor").ElementAtOrDefault(1) == $"{appHost}"
                && !words.Contains("--detach");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

/// <summary>
/// Ends the application host when its orchestrator has gone: nothing else would notice, and nothing would be started again. A closed terminal ends it
/// as Ctrl-C does.
/// </summary>
internal sealed class OrchestratorWatch(IHostApplicationLifetime lifetime, StatusFile status, ConsoleOutput console) : BackgroundService
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _startLimit = TimeSpan.FromSeconds(60);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var closed = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            lifetime.StopApplication();
        });
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        try
        {
            // One that ended before it was ever seen has ended too.
            ProcessIdentity? orchestrator = null;
            var begin = Environment.TickCount64;
            while (orchestrator?.IsAlive() ?? Environment.TickCount64 - begin < _startLimit.TotalMilliseconds)
            {
                await Task.Delay(_interval, stopping.Token);
                orchestrator ??= OrchestratorProcess.Find(Environment.ProcessId);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return;
        }

        const string Message = "Aspire's orchestrator (dcp) has ended, and with it all that it started. Start again: ./insp1r up";
        console.Line(Message);
        status.Fail(Message);
        await Leave(stoppingToken);
    }

    // Aspire's own stop would wait for the orchestrator.
    private async Task Leave(CancellationToken ct)
    {
        foreach (var process in status.Status.Resources.Select(r => r.Process).OfType<ProcessIdentity>())
            process.Signal(Signals.Terminate);
        await Task.Delay(_interval, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Environment.Exit(1);
    }
}
