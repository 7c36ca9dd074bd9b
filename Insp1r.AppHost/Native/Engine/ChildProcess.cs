using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using Insp1r.Platform;

namespace Insp1r.NativeHosting;

internal sealed record Command(string FileName, IReadOnlyList<string> Arguments)
{
    public string WorkingDirectory { get; init; } = "/";
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The user to run as where the engine itself runs as root.</summary>
    public string? User { get; init; }

    /// <summary>What the process is told when the engine dies without a word.</summary>
    public string SignalOnOrphaned { get; init; } = "TERM";
}

/// <summary>A process that leads a session of its own, so that the terminal's Ctrl-C reaches the engine alone, and that dies with the engine.</summary>
internal sealed class ChildProcess : IDisposable
{
    private static readonly BlockingCollection<Action> _starts = StartThread();

    private readonly Process _process;

    private ChildProcess(Process process, Action<string> output)
    {
        _process = process;
        Identity = ProcessIdentity.Find(process.Id);
        Exited = WaitAsync(PumpAsync(process.StandardOutput, output), PumpAsync(process.StandardError, output));
    }

    /// <summary>Null where the process was gone at once.</summary>
    public ProcessIdentity? Identity { get; }

    /// <summary>The exit code, once the process has gone; 128 and the signal's number where a signal ended it.</summary>
    public Task<int> Exited { get; }

    public static Task<ChildProcess> StartAsync(Command command, Action<string> output)
    {
        var started = new TaskCompletionSource<ChildProcess>(TaskCreationOptions.RunContinuationsAsynchronously);
        _starts.Add(() =>
        {
            try
            {
                started.SetResult(Start(command, output));
            }
            catch (Exception e)
            {
                started.SetException(e);
            }
        });
        return started.Task;
    }

    /// <summary>Runs a short command to its end; a non-zero exit is a failure with the command's own words.</summary>
    public static async Task RunAsync(Command command, string purpose, Action<string> output, CancellationToken ct)
    {
        var lines = new ConcurrentQueue<string>();
        using var child = await StartAsync(command, line =>
        {
            lines.Enqueue(line);
            output(line);
        });
        var code = await child.Exited.WaitAsync(ct);
        if (code != 0)
            throw new PlatformException($"{purpose} failed (exit code {code}): {string.Join(' ', lines.TakeLast(5))}");
    }

    public async Task StopAsync(int signal, TimeSpan grace)
    {
        if (!_process.HasExited && Identity is { } running)
        {
            running.Signal(signal);
            await Task.WhenAny(Exited, Task.Delay(grace));
        }

        KillGroup();
        await Exited;
    }

    /// <summary>Ends what the process may have left of its group.</summary>
    public void KillGroup() => Identity?.SignalGroup(Signals.Kill);

    public void Dispose() => _process.Dispose();

    private static ChildProcess Start(Command command, Action<string> output)
    {
        var start = new ProcessStartInfo
        {
            FileName = "setsid",
            WorkingDirectory = command.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.ArgumentList.Add("setpriv");
        if (command.User is { } user && Environment.IsPrivilegedProcess)
        {
            start.ArgumentList.Add($"--reuid={user}");
            start.ArgumentList.Add($"--regid={user}");
            start.ArgumentList.Add("--init-groups");
        }

        start.ArgumentList.Add("--pdeathsig");
        start.ArgumentList.Add(command.SignalOnOrphaned);
        start.ArgumentList.Add("--");
        start.ArgumentList.Add(command.FileName);
        foreach (var argument in command.Arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in command.Environment)
            start.Environment[name] = value;

        try
        {
            var process = Process.Start(start)!;
            process.StandardInput.Close();
            return new ChildProcess(process, output);
        }
        catch (Win32Exception e)
        {
            throw new PlatformException($"{command.FileName} cannot be started: {e.Message}. setsid and setpriv (package util-linux) are needed too.");
        }
    }

    // The kernel sends the parent-death signal when the thread that started the child ends, not the process: pool threads come and go.
    private static BlockingCollection<Action> StartThread()
    {
        var queue = new BlockingCollection<Action>();
        new Thread(() =>
        {
            foreach (var start in queue.GetConsumingEnumerable())
                start();
        })
        { IsBackground = true, Name = "process starter" }.Start();
        return queue;
    }

    private static async Task PumpAsync(StreamReader reader, Action<string> output)
    {
        try
        {
            while (await reader.ReadLineAsync() is { } line)
                output(line);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The pipe ends with its process.
        }
    }

    private async Task<int> WaitAsync(Task output, Task error)
    {
        await _process.WaitForExitAsync();

        // What it said last belongs to the log, but a grandchild that holds the pipe open must not hide the exit.
        await Task.WhenAny(Task.WhenAll(output, error), Task.Delay(TimeSpan.FromSeconds(1)));
        return _process.ExitCode;
    }
}
