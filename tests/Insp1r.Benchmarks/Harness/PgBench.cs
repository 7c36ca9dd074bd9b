using System.Globalization;
using Npgsql;

namespace Insp1r.Benchmarks.Harness;

/// <summary>Load straight on the database, with prepared statements: the most that a service in front of it could reach.</summary>
internal static class PgBench
{
    private const int LongestSeconds = 8;

    public static async Task<Sample> RunAsync(string connectionString, int clients, TimeSpan duration, string script, CancellationToken ct)
    {
        var database = new NpgsqlConnectionStringBuilder(connectionString);
        var file = Path.Combine(Path.GetTempPath(), $"insp1r-bench-{Guid.NewGuid():N}.sql");
        await File.WriteAllTextAsync(file, script + "\n", ct);
        try
        {
            // pgbench counts its time from before it connects. Where that took all of it, it ends well without one result.
            for (var seconds = Math.Max(1, (int)Math.Round(duration.TotalSeconds)); ; seconds *= 2)
            {
                var output = await RunAsync(database, clients, seconds, file, ct);
                var done = (long)Number("number of transactions actually processed: ", output);
                if (done > 0)
                    return SampleOf(output, done);
                if (seconds >= LongestSeconds)
                    throw new InvalidOperationException($"pgbench finished no transaction in {seconds} s: {output}");
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static Task<string> RunAsync(NpgsqlConnectionStringBuilder database, int clients, int seconds, string file, CancellationToken ct) =>
        Child.RunAsync(
            Tools.PgBench,
            [
                "-n", "-M", "prepared", "-c", Text(clients), "-j", "1", "-T", Text(seconds), "-f", file,
                "-h", database.Host!, "-p", Text(database.Port), "-U", database.Username!, database.Database!,
            ],
            new Dictionary<string, string>(StringComparer.Ordinal) { ["PGPASSWORD"] = database.Password! }, ct);

    private static Sample SampleOf(string output, long done) => new(
        Number("tps = ", output),
        1_000 * Number("latency average = ", output),
        double.NaN,
        done,
        (long)Number("number of failed transactions: ", output));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    // Such as "latency average = 0.271 ms".
    private static double Number(string label, string output) =>
        output.Split('\n').FirstOrDefault(line => line.StartsWith(label, StringComparison.Ordinal)) is { } line
            ? double.Parse(line[label.Length..].Split(' ', '/')[0], CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"pgbench did not say '{label}': {output}");
}
