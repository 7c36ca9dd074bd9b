using System.Text.Json;
using Insp1r.Messaging;
using Insp1r.ServiceDefaults.Http;
using Npgsql;

namespace Insp1r.Membership.Access;

/// <summary>
/// In Development, a client for each role and for some national networks, so that the tour works at once. Their secrets are made
/// at the first start and kept in a file of the user's own (<c>DevelopmentClients:File</c>, mode 600), nowhere else.
/// </summary>
internal sealed class DevelopmentClients(ServiceDatabase database, ClientStore clients, IConfiguration configuration, TimeProvider clock)
{
    /// <summary>An entry of the file.</summary>
    public sealed record Entry(string ClientId, string Secret, string[] Grants, string[] Scopes, string Description);

    private static readonly Entry[] Wanted =
    [
        new("reader", "", ["reader@insp1r"], ["read"], "Reads everything in the network"),
        new("contributor", "", ["contributor@insp1r"], ["read", "write", "sync"], "Records in any node"),
        new("steward", "", ["steward@insp1r"], ["read", "write", "sync"], "Decides in any node"),
        new("sender", "", ["sender@insp1r"], ["read", "write"], "Releases announcements of any node"),
        new("operator", "", ["operator@insp1r"], ["operate"], "Looks after the running system"),
        Network("burkina-faso", "insp1r.africa.bf", "Burkina Faso"),
        Network("burundi", "insp1r.africa.bi", "Burundi"),
        Network("mali", "insp1r.africa.ml", "Mali"),
        Network("rwanda", "insp1r.africa.rw", "Rwanda"),
        Network("nepal", "insp1r.asia.np", "Nepal"),
        Network("belgium", "insp1r.europe.be", "Belgium"),
        Network("bolivia", "insp1r.lac.bo", "Bolivia"),
        Network("dominican-republic", "insp1r.lac.do", "Dominican Republic"),
    ];

    public async Task EnsureAsync(CancellationToken ct)
    {
        if (configuration["DevelopmentClients:File"] is not { Length: > 0 } file)
            return;

        // Replicas that start together would each write a file of their own.
        await using var connection = await database.DataSource.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using (var command = new NpgsqlCommand("select pg_advisory_xact_lock(7308605)", connection, transaction))
            await command.ExecuteNonQueryAsync(ct);

        var kept = File.Exists(file) ? JsonSerializer.Deserialize<Entry[]>(await File.ReadAllTextAsync(file, ct), JsonDefaults.Options) ?? [] : [];
        var entries = Wanted
            .Select(wanted => wanted with { Secret = kept.FirstOrDefault(entry => entry.ClientId == wanted.ClientId)?.Secret ?? RandomSecret.Generate() })
            .ToArray();
        await PrivateFile.WriteAsync(file, entries, ct);
        var now = clock.GetUtcNow();
        foreach (var entry in entries)
            await clients.PutAsync(new ApiClient(Guid.CreateVersion7(now), entry.ClientId, entry.Description, entry.Grants, entry.Scopes, now, "development"), entry.Secret, ct);

        await transaction.CommitAsync(ct);
    }

    private static Entry Network(string clientId, string node, string country) =>
        new(clientId, "", [$"steward@{node}", $"sender@{node}"], ["read", "write", "sync"], $"The national network of {country}");
}
