using Insp1r.Platform;

namespace Insp1r.NativeHosting;

/// <summary>Folders and files that belong to a server's own user where the engine runs as root.</summary>
internal static class ServerFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static async Task CreateAsync(string folder, string user, Action<string> log, CancellationToken ct)
    {
        Directory.CreateDirectory(folder, OwnerOnly);
        await OwnAsync(folder, user, log, ct);
        try
        {
            await ChildProcess.RunAsync(new Command("test", ["-w", folder]) { User = user }, "", log, ct);
        }
        catch (PlatformException)
        {
            throw new PlatformException(
                $"The user {user} cannot reach {folder}. Choose a state folder that every user may pass through, for example "
                + $"{StateFolder.Variable}=/var/lib/insp1r");
        }
    }

    public static async Task WriteAsync(string file, string text, string user, Action<string> log, CancellationToken ct)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        await using (var writer = new StreamWriter(new FileStream(file, options)))
            await writer.WriteAsync(text.AsMemory(), ct);
        await OwnAsync(file, user, log, ct);
    }

    private static Task OwnAsync(string path, string user, Action<string> log, CancellationToken ct) =>
        Environment.IsPrivilegedProcess
            ? ChildProcess.RunAsync(new Command("chown", [$"{user}:{user}", path]), $"Giving {path} to the user {user}", log, ct)
            : Task.CompletedTask;
}
