using System.Text.Json;
using Insp1r.Contracts.Membership;
using Insp1r.Messaging.Consuming;
using Insp1r.ServiceDefaults.Http;
using Npgsql;
using NpgsqlTypes;

namespace Insp1r.Advocacy.Network;

/// <summary>This service's copy of a node of the network; membership owns it.</summary>
internal sealed class NetworkNode
{
    public required Guid Id { get; init; }
    public required int Version { get; init; }
    public required string Path { get; init; }
    public required string Level { get; init; }
    public required IReadOnlyDictionary<string, string> Names { get; init; }
    public string? Country { get; init; }
}

internal sealed class NetworkNodeReplica : IReplica<INodeEvent>
{
    public static async Task<int> ApplyAsync(NpgsqlConnection connection, IReadOnlyList<INodeEvent> events, CancellationToken ct)
    {
        await using var upsert = new NpgsqlCommand("""
            insert into network_node (id, version, path, level, names, country)
            select * from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::jsonb[], $6::text[])
            on conflict (id) do update set
              version = excluded.version, path = excluded.path, level = excluded.level, names = excluded.names, country = excluded.country
            where network_node.version < excluded.version
            """, connection);
        upsert.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. events.Select(e => e.State.Id)] });
        upsert.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. events.Select(e => e.State.Version)] });
        upsert.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. events.Select(e => e.State.Path)] });
        upsert.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. events.Select(e => e.State.Level)] });
        upsert.Parameters.Add(new NpgsqlParameter<string[]>
        {
            TypedValue = [.. events.Select(e => JsonSerializer.Serialize(e.State.Names, JsonDefaults.Options))],
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb,
        });
        upsert.Parameters.Add(new NpgsqlParameter<string?[]> { TypedValue = [.. events.Select(e => e.State.Country)] });
        await upsert.PrepareAsync(ct);
        return await upsert.ExecuteNonQueryAsync(ct);
    }
}
