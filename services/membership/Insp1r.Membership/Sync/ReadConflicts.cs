using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Insp1r.Messaging;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Insp1r.Membership.Sync;

/// <summary>A record's content on one side of a conflict.</summary>
internal sealed record ConflictSide(
    string Node, string Name, IReadOnlyDictionary<string, string> Names, string? Acronym, string Country, IReadOnlyList<string> Types, string? Website);

/// <summary>
/// An item that changed on both sides since <c>baseVersion</c>. <c>theirs</c> is what the client sent, <c>ours</c> what the platform
/// had then, as <c>currentVersion</c>. Nothing was changed; <c>taken</c> says how it was resolved, if it was.
/// </summary>
internal sealed record ConflictResponse(
    Guid Id, Guid OrganisationId, string Node, string ExternalId, string ClientId, int BaseVersion, int CurrentVersion, ConflictSide Theirs, ConflictSide Ours,
    DateTimeOffset CreatedAt, DateTimeOffset? ResolvedAt, string? ResolvedBy, string? Taken)
{
    public const string Columns =
        "id, organisation_id, node, external_id, client_id, base_version, current_version, theirs::text, ours::text, created_at, resolved_at, resolved_by, taken";

    [SuppressMessage("Usage", "MA0042:Do not use blocking calls in an async method", Justification = "The columns of a row that was read are in memory.")]
    public static ConflictResponse Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetInt32(5), row.GetInt32(6),
        JsonSerializer.Deserialize<ConflictSide>(row.GetString(7), JsonDefaults.Options)!, JsonSerializer.Deserialize<ConflictSide>(row.GetString(8), JsonDefaults.Options)!,
        row.GetFieldValue<DateTimeOffset>(9), row.IsDBNull(10) ? null : row.GetFieldValue<DateTimeOffset>(10),
        row.IsDBNull(11) ? null : row.GetString(11), row.IsDBNull(12) ? null : row.GetString(12));
}

internal static class ReadConflicts
{
    public sealed class Filter
    {
        /// <summary>open (if not given), resolved or all.</summary>
        public string? State { get; init; }
    }

    public static async Task<Results<Ok<Page<ConflictResponse>>, ProblemHttpResult>> ListAsync(
        [AsParameters] Filter filter, [AsParameters] PageQuery page, Caller caller, ServiceDatabase database, CancellationToken ct)
    {
        if (page.Check(out var limit) is { } bad)
            return bad;
        if (!KeysetCursor.TryDecode(page.After, out _, out var after))
            return KeysetCursor.Refuse();
        if (filter.State is not (null or "open" or "resolved" or "all"))
            return QueryChecks.Refuse("state", "unknown-word", "open, resolved or all.");

        var nodes = caller.NodesFor(Role.Contributor);
        var condition = (filter.State ?? "open") switch { "open" => "and resolved_at is null", "resolved" => "and resolved_at is not null", _ => "" };
        await using var command = database.DataSource.CreateCommand($"""
            select {ConflictResponse.Columns} from sync_conflict
            where id > $1 and (node = any($3) or node like any($4)) {condition} order by id limit $2
            """);
        command.Parameters.AddWithValue(after);
        command.Parameters.AddWithValue(limit + 1);
        command.Parameters.AddWithValue(nodes);
        command.Parameters.AddWithValue(NodePath.Below(nodes));

        var rows = new List<ConflictResponse>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            rows.Add(ConflictResponse.Read(reader));
        return TypedResults.Ok(Page<ConflictResponse>.From(rows, limit, last => KeysetCursor.Encode("", last.Id)));
    }

    public static async Task<Results<Ok<ConflictResponse>, ProblemHttpResult>> ByIdAsync(Guid id, Caller caller, ServiceDatabase database, CancellationToken ct)
    {
        await using var command = database.DataSource.CreateCommand($"select {ConflictResponse.Columns} from sync_conflict where id = $1");
        command.Parameters.AddWithValue(id);
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) && ConflictResponse.Read(reader) is { } conflict && caller.May(Role.Contributor, conflict.Node)
            ? TypedResults.Ok(conflict)
            : CommonErrors.Missing("conflict", id);
    }
}
