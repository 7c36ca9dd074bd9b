using Insp1r.Messaging;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Insp1r.Membership.WorkLists;

/// <summary>Members whose records lack something, in the order of their ids.</summary>
internal static class ListIncomplete
{
    private static readonly string[] Fields = ["contact", "types", "website", "acronym"];

    public sealed class Filter
    {
        /// <summary>Only the subtree of this node, such as insp1r.africa.</summary>
        public string? Node { get; init; }

        /// <summary>Only those that lack this: contact, types, website or acronym.</summary>
        public string? Missing { get; init; }
    }

    /// <summary><c>missing</c>: contact (nobody to write to), types (none beyond other), website, acronym.</summary>
    public sealed record Response(Guid Id, int Version, string Node, string Name, string Country, string Status, IReadOnlyList<string> Missing, DateTimeOffset UpdatedAt);

    private const string Sql = $"""
        select o.id, o.version, o.node, o.name, o.country, o.status, m.fields, o.updated_at
        from member_organisation o {WorkSql.Missing}
        where o.id > $4 and (o.node = any($2) or o.node like any($3)) and {WorkSql.IsLive} and cardinality(m.fields) > 0 and ($6::text is null or $6 = any(m.fields))
        order by o.id limit $5
        """;

    public static async Task<Results<Ok<Page<Response>>, ProblemHttpResult>> HandleAsync(
        [AsParameters] Filter filter, [AsParameters] PageQuery page, Caller caller, ServiceDatabase database, TimeProvider clock, CancellationToken ct)
    {
        if ((page.Check(out var limit) ?? QueryChecks.Node(filter.Node)) is { } bad)
            return bad;
        if (filter.Missing is not null && !Fields.Contains(filter.Missing, StringComparer.Ordinal))
            return QueryChecks.Refuse("missing", "unknown-word", $"One of {string.Join(", ", Fields)}.");
        if (!KeysetCursor.TryDecode(page.After, out _, out var after))
            return KeysetCursor.Refuse();

        await using var command = database.DataSource.CreateCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime) });
        WorkSql.AddNodes(command.Parameters, caller, filter.Node);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit + 1 });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)filter.Missing ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        var rows = new List<Response>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            rows.Add(new Response(
                reader.GetGuid(0), reader.GetInt32(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetString(5),
                await reader.GetFieldValueAsync<string[]>(6, ct), await reader.GetFieldValueAsync<DateTimeOffset>(7, ct)));
        }

        return TypedResults.Ok(Page<Response>.From(rows, limit, last => KeysetCursor.Encode("", last.Id)));
    }
}
