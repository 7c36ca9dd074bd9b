using System.Diagnostics;

namespace Insp1r.AppHost.Running;

/// <summary>Users of this machine that root gives work to.</summary>
internal static class UserAccount
{
    public static bool Exists(string user) => Run("getent", "passwd", user);

    /// <summary>Gives a file or folder, not what is in it, to the user and the group of the same name.</summary>
    public static void Own(string path, string user) => Run("chown", $"{user}:{user}", path);

    /// <summary>Whether the user passes a test of test(1), such as <c>-r</c>.</summary>
    public static bool Can(string user, string test, string path) => Run("setpriv", [.. AsUser(user), "test", test, path]);

    /// <summary>The arguments of setpriv(1) that run what follows them as this user.</summary>
    public static string[] AsUser(string user) => [$"--reuid={user}", $"--regid={user}", "--init-groups", "--"];

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
