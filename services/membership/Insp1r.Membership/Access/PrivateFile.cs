using System.Text.Json;
using Insp1r.ServiceDefaults.Http;

namespace Insp1r.Membership.Access;

/// <summary>A file of secrets that only this user reads (mode 600), written as a whole or not at all.</summary>
internal static class PrivateFile
{
    private static readonly JsonSerializerOptions Json = new(JsonDefaults.Options) { WriteIndented = true };

    public static async Task WriteAsync<T>(string file, T content, CancellationToken ct)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var fresh = file + ".new";
        File.Delete(fresh);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using (var stream = new FileStream(fresh, options))
            await JsonSerializer.SerializeAsync(stream, content, Json, ct);
        File.Move(fresh, file, overwrite: true);
    }
}
