using System.Globalization;
using Npgsql;

namespace Insp1r.Benchmarks.Harness;

/// <summary>Load straight on the database, with prepared statements: the most that a service in front of it could reach.</summary>
internal static class PgBench
{
    public static async Task<Sample> RunAsync(string connectionString, int clients, TimeSpan duration, string script, CancellationToken ct)
    {
        var program = Tools.PgBench;
        var database = new NpgsqlConnectionStringBuilder(connectionString);
        var file = Path.Combine(Path.GetTempPath(), $"insp1r-bench-{Guid.NewGuid():N}.sql");
        await File.WriteAllTextAsync(file, script + "\n", ct);
        try
        {
            var output = await Child.RunAsync(
                program,
                [
                    "-n", "-M", "prepared", "-c", Text(clients), "-j", "1", "-T", Text(Math.Max(1, (int)Math.Round(duration.TotalSeconds))), "-f", file,
                    "-h", database.Host!, "-p", Text(database.Port), "-U", database.Username!, database.Database!,
                ],
                new Dictionary<string, string>(StringComparer.Ordinal) { ["PGPASSWORD"] = database.Password! }, ct);
            var done = (long)Number("number of transactions actually processed: ", output);
            // Without one finished transaction pgbench ends well and says no more: connecting took all the time, or a lock held all clients up.
            return done > 0
                ? new Sample(Number("tps = ", output), 1_000 * Number("latency average = ", output), double.NaN, done, (long)Number("number of failed transactions: ", output))
                : throw new InvalidOperationException($"pgbench finished no transaction in {duration.TotalSeconds:0} s: {output}");
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    // Such as "latency average = 0.271 ms".
    private static double Number(string label, string output) =>
        output.Split('\n').FirstOrDefault(line => line.StartsWith(label, StringComparison.Ordinal)) is { } line
            ? double.Parse(line[label.Length..].Split(' ', '/')[0], CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"pgbench did not say '{label}': {output}");
}
