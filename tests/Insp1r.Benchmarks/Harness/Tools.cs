namespace Insp1r.Benchmarks.Harness;

/// <summary>A program that a figure needs is not installed: the figure is left out, and the others go on.</summary>
internal sealed class MissingToolException(string tool, string package)
    : Exception($"{tool} is not installed (Debian: apt-get install {package})");

/// <summary>Programs of the distribution that the peers and the load come from.</summary>
internal static class Tools
{
    public static string Wrk => Find("wrk", "wrk");

    public static string Nginx => Find("nginx", "nginx");

    public static string PgBench => Directory.Exists("/usr/lib/postgresql")
        ? Directory.EnumerateFiles("/usr/lib/postgresql", "pgbench", SearchOption.AllDirectories).Order().LastOrDefault() ?? Find("pgbench", "postgresql")
        : Find("pgbench", "postgresql");

    private static string Find(string tool, string package) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(["/usr/sbin", "/usr/local/sbin"])
            .Select(folder => Path.Combine(folder, tool))
            .FirstOrDefault(File.Exists) ?? throw new MissingToolException(tool, package);
}
