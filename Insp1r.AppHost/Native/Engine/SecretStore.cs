using System.Security.Cryptography;
using Insp1r.Platform;

namespace Insp1r.NativeHosting;

/// <summary>Generated passwords. They live as long as the data that they open, beside it.</summary>
internal sealed class SecretStore(StateFolder state)
{
    private const string Alphabet = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    public string GetOrCreate(string name)
    {
        var file = PathOf(name);
        if (!File.Exists(file))
            Write(file, RandomNumberGenerator.GetString(Alphabet, 24));
        return File.ReadAllText(file);
    }

    public string PathOf(string name) => Path.Combine(state.Secrets, name);

    private static void Write(string file, string value)
    {
        var unfinished = file + ".new";
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (var writer = new StreamWriter(new FileStream(unfinished, options)))
            writer.Write(value);
        File.Move(unfinished, file);
    }
}
