using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Insp1r.Platform;

namespace Insp1r.Cli;

/// <summary>Starts the application model: in this terminal until Ctrl-C, or detached from it.</summary>
internal static class UpCommand
{
    // Parameters of the application model, and settings of what runs it.
    private static readonly string[] _passedOn = ["--Parameters:", "--Insp1r:"];

    public static Command Create()
    {
        var detach = new Option<bool>("--detach", "-d") { Description = "Return when all is healthy and leave it running; non-zero and the reason if it does not start" };
        var verbose = new Option<bool>("--verbose", "-v") { Description = "Show all that the services print, not only warnings and errors" };
        var replicas = new Option<int?>("--replicas") { Description = "Replicas of each service" };
        replicas.Validators.Add(given =>
        {
            if (given.Tokens is [var number] && !(int.TryParse(number.Value, CultureInfo.InvariantCulture, out var count) && count >= 1))
                given.AddError("--replicas is a number, 1 or more.");
        });
        var noDemo = new Option<bool>("--no-demo") { Description = "Leave the demo data out" };
        var command = new Command("up", "Start the platform; also passes --Parameters:NAME=VALUE to the application model")
        {
            detach, verbose, replicas, noDemo,
        };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(async (parsed, ct) =>
        {
            List<string> arguments = [.. parsed.UnmatchedTokens];
            foreach (var unknown in arguments.Where(a => !_passedOn.Any(prefix => a.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))))
                throw new PlatformException($"up does not know '{unknown}'. What it knows: ./insp1r up --help");
            if (parsed.GetValue(replicas) is { } count)
                arguments.Add($"--Parameters:replicas={count}");
            if (parsed.GetValue(noDemo))
                arguments.Add("--Parameters:demo=false");
            if (parsed.GetValue(verbose))
                arguments.Add("--Insp1r:Verbose=true");

            var installation = Installation.Current;
            installation.State.Create();
            if (!File.Exists(installation.AppHost))
                throw new PlatformException($"{installation.AppHost} is missing: run this through ./insp1r, which builds first.");
            if (parsed.GetValue(detach))
                return await DetachAsync(installation, [.. arguments, "--Insp1r:Detached=true"], ct);
            return Become("dotnet", [installation.AppHost, .. arguments]);
        });
        return command;
    }

    private static async Task<int> DetachAsync(Installation installation, IReadOnlyList<string> arguments, CancellationToken ct)
    {
        if (PlatformStatus.Read(installation.State) is { IsLive: true } running)
            throw new PlatformException($"The platform runs already, at {running.Address} (process {running.AppHost.ProcessId}). Stop it: ./insp1r down");

        // A session of its own: the terminal's Ctrl-C and its closing are not meant for a detached platform.
        var start = new ProcessStartInfo("setsid") { UseShellExecute = false };
        foreach (var argument in (string[])["sh", "-c", "exec \"$@\" >>\"$0\" 2>&1 </dev/null", installation.State.AppHostLog, "dotnet", installation.AppHost, .. arguments])
            start.ArgumentList.Add(argument);
        var log = new FileInfo(installation.State.AppHostLog);
        var logged = log.Exists ? log.Length : 0;
        using var appHost = Process.Start(start)!;
        try
        {
            while (true)
            {
                var status = PlatformStatus.Read(installation.State);
                var current = status?.AppHost.ProcessId == appHost.Id ? status : null;
                if (current is { State: PlatformState.Running })
                {
                    Console.WriteLine(Welcome.Text(current));
                    Console.WriteLine(Welcome.Accounts(installation.State));
                    Console.WriteLine("It runs on in the background. Stop it: ./insp1r down");
                    return 0;
                }

                if (appHost.HasExited)
                    throw new PlatformException(await WhyAsync(installation, current, logged, ct));
                await Task.Delay(100, ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            ProcessIdentity.Find(appHost.Id)?.Signal(Signals.Terminate);
            await appHost.WaitForExitAsync(CancellationToken.None);
            return 130;
        }
    }

    private static async Task<string> WhyAsync(Installation installation, PlatformStatus? status, long logged, CancellationToken ct)
    {
        if (status?.Message is { } message)
            return message;

        await using var log = File.OpenRead(installation.State.AppHostLog);
        log.Position = Math.Min(logged, log.Length);
        var lines = (await new StreamReader(log).ReadToEndAsync(ct)).Trim().Split('\n');
        return $"The platform did not start:\n{string.Join('\n', lines.TakeLast(20))}";
    }

    /// <summary>Replaces this process, and so never returns: in the foreground nothing may stand between the terminal's signals and the application host.</summary>
    private static int Become(string program, string[] arguments)
    {
        _ = execvp(program, [program, .. arguments, null]);
        throw new PlatformException($"{program} cannot be started (error {Marshal.GetLastPInvokeError()}).");
    }

    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int execvp(string file, string?[] arguments);
}
