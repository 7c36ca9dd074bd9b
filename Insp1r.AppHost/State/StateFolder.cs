namespace Insp1r.Platform;

/// <summary>Everything that one installation keeps: data, secrets, logs, ports. Two installations differ by this folder.</summary>
internal sealed class StateFolder(string path)
{
    public const string Variable = "INSP1R_STATE";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>All that the platform makes in the folder; the servers and membership keep their data under their resources' names.</summary>
    private static readonly string[] _entries = ["postgres", "rabbitmq", "membership", "secrets", "logs", "run"];

    /// <summary>What versions before the first release made in it as well.</summary>
    private static readonly string[] _earlierEntries =
    [
        "ports.json", "development-clients.json", "development-clients.json.new", "development-accounts.json", "development-accounts.json.new",
        "data-protection", "erased-persons", "mail",
    ];

    public static string DefaultPath => Environment.IsPrivilegedProcess
        ? "/var/lib/insp1r"
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state", "insp1r");

    public string Root { get; } = Path.GetFullPath(path);

    public string Logs => Path.Combine(Root, "logs");
    public string Run => Path.Combine(Root, "run");
    public string Secrets => Path.Combine(Root, "secrets");
    public string StatusFile => Path.Combine(Run, "status.json");
    public string AppHostLog => LogOf("apphost");
    public string Membership => Path.Combine(Root, "membership");
    public string DevelopmentClients => Path.Combine(Membership, "development-clients.json");
    public string DevelopmentAccounts => Path.Combine(Membership, "development-accounts.json");
    public string DataProtection => Path.Combine(Membership, "data-protection");
    public string ErasedPersons => Path.Combine(Membership, "erased-persons");
    public string Mail => Path.Combine(Membership, "mail");

    public bool IsEmpty => !Directory.Exists(Root) || !Directory.EnumerateFileSystemEntries(Root).Any();

    /// <summary>Whether the platform made what the folder holds.</summary>
    public bool IsOurs => File.Exists(Marker);

    private bool IsOfEarlierVersion => IsOurs && File.Exists(Path.Combine(Root, "ports.json"));

    private string Marker => Path.Combine(Root, "insp1r-state");

    public string LogOf(string name) => Path.Combine(Logs, $"{name}.log");
    public string DataOf(string resource) => Path.Combine(Root, resource);

    public static StateFolder FromEnvironment() =>
        new(Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given ? given : DefaultPath);

    public void Create()
    {
        try
        {
            Directory.CreateDirectory(Root, OwnerOnly);

            // The marker is the first entry: whoever finds the folder not empty finds the marker too, while another start makes the rest.
            if (!IsEmpty && !IsOurs)
            {
                throw new PlatformException(
                    $"{Root} is not empty, and what it holds is not the platform's: nothing was changed. "
                    + $"Choose another state folder: {Variable}=/path/to/folder ./insp1r up");
            }

            if (IsOfEarlierVersion)
            {
                throw new PlatformException(
                    $"{Root} was made by a version of the platform from before its first release, whose data this one does not read. "
                    + $"Delete it: ./insp1r reset. Or keep it, and choose another folder: {Variable}=/path/to/folder ./insp1r up");
            }

            Mark();

            // The servers run under their own users where the platform runs as root: those may pass through, and no more.
            var passable = Environment.IsPrivilegedProcess ? UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : UnixFileMode.None;
            File.SetUnixFileMode(Root, OwnerOnly | passable);
            CreateFolder(Logs);
            CreateFolder(Run);
            CreateFolder(Secrets);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PlatformException(
                $"The state folder {Root} cannot be made: {e.Message} Choose another one: {Variable}=/path/to/folder ./insp1r up");
        }
    }

    /// <summary>Held by what runs the platform; one at a time.</summary>
    public FileStream Lock()
    {
        try
        {
            return new FileStream(Path.Combine(Run, "apphost.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new PlatformException(
                $"The platform runs already with the state folder {Root}. See it: ./insp1r status. Stop it: ./insp1r down. "
                + $"Run another one beside it: {Variable}=/another/folder INSP1R_PORT=8081 ./insp1r up");
        }
    }

    public void EnsureOurs()
    {
        if (!IsOurs)
            throw new PlatformException($"{Root} is not a state folder of the platform: it has no {Path.GetFileName(Marker)} file. Nothing was deleted.");
    }

    /// <summary>Deletes what the platform made, and the folder itself if nothing else is in it.</summary>
    /// <returns>The names of what is not the platform's, and stays.</returns>
    public IReadOnlyList<string> Delete()
    {
        EnsureOurs();

        // The marker is the last to go: a reset that was broken off can be done again.
        Mark();
        foreach (var entry in _entries.Concat(_earlierEntries).Select(e => Path.Combine(Root, e)))
        {
            if (Directory.Exists(entry))
                Directory.Delete(entry, recursive: true);
            else
                File.Delete(entry);
        }

        File.Delete(Marker);
        var others = Directory.EnumerateFileSystemEntries(Root).Select(e => Path.GetFileName(e)).Order(StringComparer.Ordinal).ToList();
        if (others.Count == 0)
            Directory.Delete(Root);
        return others;
    }

    private void Mark()
    {
        if (!File.Exists(Marker))
            File.WriteAllText(Marker, "The state of an INSP!R platform: ./insp1r reset deletes it.\n");
    }

    private static void CreateFolder(string folder)
    {
        Directory.CreateDirectory(folder, OwnerOnly);
        File.SetUnixFileMode(folder, OwnerOnly);
    }
}
