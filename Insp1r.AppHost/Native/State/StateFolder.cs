using System.Security.Cryptography;
using System.Text;

namespace Insp1r.Platform;

/// <summary>Everything that one installation keeps: data, secrets, logs, ports. Two installations differ by this folder.</summary>
internal sealed class StateFolder(string path)
{
    public const string Variable = "INSP1R_STATE";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static string DefaultPath => Environment.IsPrivilegedProcess
        ? "/var/lib/insp1r"
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state", "insp1r");

    public string Root { get; } = Path.GetFullPath(path);

    public string Logs => Path.Combine(Root, "logs");
    public string Run => Path.Combine(Root, "run");
    public string Secrets => Path.Combine(Root, "secrets");
    public string StatusFile => Path.Combine(Run, "status.json");
    public string EngineLog => LogOf("engine");
    public string DevelopmentClients => Path.Combine(Root, "development-clients.json");

    /// <summary>Tells this installation's servers from another's, where a name must be unique on the machine.</summary>
    public string ShortHash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Root)))[..8];

    public string LogOf(string name) => Path.Combine(Logs, $"{name}.log");
    public string DataOf(string resource) => Path.Combine(Root, resource);

    public static StateFolder FromEnvironment() =>
        new(Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given ? given : DefaultPath);

    public void Create()
    {
        try
        {
            // The servers run under their own users where the platform runs as root: those may pass through, and no more.
            var passable = Environment.IsPrivilegedProcess ? UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : UnixFileMode.None;
            CreateFolder(Root, OwnerOnly | passable);
            CreateFolder(Logs, OwnerOnly);
            CreateFolder(Run, OwnerOnly);
            CreateFolder(Secrets, OwnerOnly);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PlatformException(
                $"The state folder {Root} cannot be made: {e.Message} Choose another one: {Variable}=/path/to/folder ./insp1r up");
        }
    }

    private static void CreateFolder(string folder, UnixFileMode mode)
    {
        Directory.CreateDirectory(folder, mode);
        File.SetUnixFileMode(folder, mode);
    }
}
