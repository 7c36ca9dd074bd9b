using Insp1r.Contracts.Membership;
using Insp1r.Messaging.Consuming;
using Npgsql;

namespace Insp1r.Advocacy.Network;

/// <summary>This service's copy of a member organisation; membership owns it. Status is that of its membership in its own network, or merged.</summary>
internal sealed class MemberOrganisation
{
    public const string Active = "active";

    public required Guid Id { get; init; }
    public required int Version { get; init; }
    public required string Node { get; init; }
    public required string Name { get; init; }
    public string? Acronym { get; init; }
    public required string Country { get; init; }
    public required string[] Types { get; init; }
    public required string Status { get; init; }

    /// <summary>The record that stands for this one, which was a duplicate. What names this one stays as it is, and follows when it is read: so a merge can be undone.</summary>
    public Guid? MergedInto { get; init; }
}

internal sealed class MemberOrganisationReplica : IReplica<IOrganisationEvent>
{
    // An array of arrays would be flattened by unnest: the types of one organisation travel as one text.
    private const char TypeSeparator = ',';

    public static async Task<int> ApplyAsync(NpgsqlConnection connection, IReadOnlyList<IOrganisationEvent> events, CancellationToken ct)
    {
        await using var upsert = new NpgsqlCommand("""
            insert into member_organisation (id, version, node, name, acronym, country, types, status, merged_into)
            select u.id, u.version, u.node, u.name, u.acronym, u.country, string_to_array(u.types, ','), u.status, u.merged_into
            from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::uuid[])
              as u (id, version, node, name, acronym, country, types, status, merged_into)
            on conflict (id) do update set
              version = excluded.version, node = excluded.node, name = excluded.name, acronym = excluded.acronym,
              country = excluded.country, types = excluded.types, status = excluded.status, merged_into = excluded.merged_into
            where member_organisation.version < excluded.version
            """, connection);
        upsert.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. events.Select(e => e.State.Id)] });
        upsert.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. events.Select(e => e.State.Version)] });
        upsert.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. events.Select(e => e.State.Node)] });
        upsert.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. events.Select(e => e.State.Name)] });
        upsert.Parameters.Add(new NpgsqlParameter<string?[]> { TypedValue = [.. events.Select(e => e.State.Acronym)] });
        upsert.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. events.Select(e => e.State.Country)] });
        upsert.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. events.Select(e => string.Join(TypeSeparator, e.State.Types))] });
        upsert.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. events.Select(e => e.State.Status)] });
        upsert.Parameters.Add(new NpgsqlParameter<Guid?[]> { TypedValue = [.. events.Select(e => (e as OrganisationMerged)?.IntoId)] });
        await upsert.PrepareAsync(ct);
        return await upsert.ExecuteNonQueryAsync(ct);
    }
}
