using System.Globalization;
using Insp1r.Testing.Stack;

namespace Insp1r.Fault.Tests.Faults;

/// <summary>Which process relays a service's log just now: the one whose connection holds the advisory lock.</summary>
internal static class Relay
{
    /// <summary>The process id of the replica that relays; null while none does.</summary>
    public static async Task<int?> FindAsync(PlatformStack stack, string service, CancellationToken ct)
    {
        var ports = await stack.QueryAsync(
            service,
            $"""
             select a.client_port from pg_locks l join pg_stat_activity a on a.pid = l.pid
             where l.locktype = 'advisory' and l.granted and a.application_name = '{service}-relay'
               and l.database = (select oid from pg_database where datname = current_database())
             """,
            reader => reader.GetInt32(0), ct);
        return ports.Count == 0 ? null : OwnerOf(ports.Single(), stack.Status.ReplicasOf(service).Where(replica => replica.Process is not null).Select(replica => replica.ProcessId));
    }

    public static async Task<int> UntilActiveAsync(PlatformStack stack, string service, CancellationToken ct, int otherThan = 0)
    {
        var found = 0;
        await Until.TrueAsync(
            async () => (found = await FindAsync(stack, service, ct) ?? 0) != 0 && found != otherThan,
            $"a {(otherThan == 0 ? "" : "second ")}replica of {service} relays its log", ct, TimeSpan.FromSeconds(30));
        return found;
    }

    // The process that has this local port open, by the kernel's tables: inode of the socket, then whose descriptor it is.
    private static int? OwnerOf(int port, IEnumerable<int> processes)
    {
        var inode = File.ReadLines("/proc/net/tcp").Skip(1)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => int.Parse(fields[1].AsSpan(fields[1].IndexOf(':', StringComparison.Ordinal) + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture) == port)
            .Select(fields => fields[9])
            .FirstOrDefault(inode => inode != "0");
        return inode is null ? null : processes.Where(process => HasOpen(process, $"socket:[{inode}]")).Select(process => (int?)process).FirstOrDefault();
    }

    private static bool HasOpen(int process, string target)
    {
        try
        {
            return Directory.EnumerateFiles($"/proc/{process}/fd").Any(file => LinkOf(file) == target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string? LinkOf(string file)
    {
        try
        {
            return new FileInfo(file).LinkTarget;
        }
        catch (IOException)
        {
            // Closed meanwhile.
            return null;
        }
    }
}
