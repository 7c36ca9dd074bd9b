using Insp1r.Platform;

namespace Insp1r.Cli;

/// <summary>The checkout and the state folder that a command is about.</summary>
internal sealed record Installation(string Root, StateFolder State)
{
    public static Installation Current { get; } = new(
        Environment.GetEnvironmentVariable("INSP1R_ROOT") ?? Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", "..")),
        StateFolder.FromEnvironment());

    /// <summary>The application host, built as this program was: in the same configuration, for the same framework.</summary>
    public string AppHost
    {
        get
        {
            var framework = new DirectoryInfo(AppContext.BaseDirectory);
            return Path.Combine(Root, "Insp1r.AppHost", "bin", framework.Parent!.Name, framework.Name, "Insp1r.AppHost.dll");
        }
    }

    public PlatformStatus LiveStatus() =>
        PlatformStatus.Read(State) is { IsLive: true } status ? status
            : throw new PlatformException($"The platform does not run with the state folder {State.Root}. Start it: ./insp1r up");
}
