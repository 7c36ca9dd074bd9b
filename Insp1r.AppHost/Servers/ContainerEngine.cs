using System.ComponentModel;
using System.Diagnostics;

namespace Insp1r.AppHost.Servers;

/// <summary>Whether the two servers run as containers: where a container engine answers. <c>INSP1R_SERVERS</c> (<c>processes</c> or <c>containers</c>) decides instead.</summary>
internal static class ContainerEngine
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);
    private static readonly Lazy<bool> _answers = new(Ask);

    public static bool Answers => _answers.Value;

    private static bool Ask()
    {
        if (Environment.GetEnvironmentVariable("INSP1R_SERVERS") is { Length: > 0 } chosen)
            return chosen == "containers";

        try
        {
            using var docker = Process.Start(new ProcessStartInfo("docker", ["info"]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
            if (docker.WaitForExit(_patience))
                return docker.ExitCode == 0;
            docker.Kill();
            return false;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
