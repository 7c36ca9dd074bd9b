using System.Text.Json;
using Insp1r.Membership.Data;
using Insp1r.ServiceDefaults.Http;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Access.Clients;

/// <summary>
/// In Development, a client for each role and for some national networks, so that the tour works at once. Their secrets are made
/// at the first start and kept in a file of the user's own (<c>DevelopmentClients:File</c>, mode 600), nowhere else.
/// </summary>
internal sealed class DevelopmentClients(MembershipDb db, IConfiguration configuration, TimeProvider clock)
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
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(7308605)", ct);
        var kept = File.Exists(file) ? JsonSerializer.Deserialize<Entry[]>(await File.ReadAllTextAsync(file, ct), JsonDefaults.Options) ?? [] : [];
        var entries = Wanted
            .Select(wanted => wanted with { Secret = kept.FirstOrDefault(entry => entry.ClientId == wanted.ClientId)?.Secret ?? RandomSecret.Generate() })
            .ToArray();
        await PrivateFile.WriteAsync(file, entries, ct);
        var clients = await db.Clients.ToDictionaryAsync(client => client.ClientId!, StringComparer.Ordinal, ct);
        foreach (var entry in entries)
            Ensure(entry, clients.GetValueOrDefault(entry.ClientId));

        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
    }

    /// <summary>One that was revoked stays so.</summary>
    private void Ensure(Entry entry, Client? client)
    {
        var now = clock.GetUtcNow();
        if (client is null)
        {
            client = Client.Add(ClientKind.System, entry.ClientId, new ClientContent(entry.Description, entry.Grants, entry.Scopes, [], [], [], DeviceFlow: false), now, "development");
            client.Give(entry.Secret);
            db.Add(client);
            db.AuditClient(client, "added", before: null, now);
        }
        else if (client.RevokedAt is null && !client.HasSecret(entry.Secret, now))
        {
            var before = ClientResponse.Of(client);
            client.Rotate(entry.Secret, previousUntil: null, now);
            db.AuditClient(client, "secret-rotated", before, now);
        }
    }

    private static Entry Network(string clientId, string node, string country) =>
        new(clientId, "", [$"steward@{node}", $"sender@{node}"], ["read", "write", "sync"], $"The national network of {country}");
}
