using System.Security.Cryptography;
using Insp1r.Platform;

namespace Insp1r.AppHost.Servers;

internal static class Secrets
{
    private const string Alphabet = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    /// <summary>A generated password that lives as long as the data that it opens, beside it: two state folders of one user share nothing.</summary>
    public static IResourceBuilder<ParameterResource> AddKeptSecret(this IDistributedApplicationBuilder builder, string name, StateFolder state)
    {
        var value = new Lazy<string>(() => GetOrCreate(Path.Combine(state.Secrets, name)));
        return builder.AddParameter(name, () => value.Value, secret: true);
    }

    private static string GetOrCreate(string file)
    {
        if (!File.Exists(file))
        {
            // Written beside its place: an interrupted start leaves no half of a password.
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
            using (var writer = new StreamWriter(new FileStream(file + ".new", options)))
                writer.Write(RandomNumberGenerator.GetString(Alphabet, 24));
            File.Move(file + ".new", file);
        }

        return File.ReadAllText(file);
    }
}
