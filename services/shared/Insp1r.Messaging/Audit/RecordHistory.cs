using System.Text.Json;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Insp1r.Messaging.Audit;

/// <summary>
/// One change of a record: <c>version</c> is the record's after it, <c>what</c> was done, such as membership.organisation-updated.v1, and <c>reason</c>
/// what was given as such. <c>actor</c> is the id of the client or account, shown to those who keep the record; <c>app</c> the one that a person used.
/// <c>changes</c> are the members that changed, by name.
/// </summary>
public sealed record HistoryEntry(Guid Id, DateTimeOffset At, int Version, string What, string? Actor, string? App, string? Reason, IReadOnlyList<HistoryChange> Changes);

/// <summary>A member of the record; <c>before</c> is null where there was nothing, or where the trail does not reach back so far.</summary>
public sealed record HistoryChange(string Field, JsonElement? Before, JsonElement? After);

/// <summary>
/// What the audit trail says of one record, for those who may read the record: without where it came from. Who may, the caller has checked.
/// </summary>
public static class RecordHistory
{
    // What it is called and which state it is of, the entry says itself.
    private static readonly string[] OfTheEntry = ["id", "version"];

    /// <param name="withActor">Whether it is said who did it.</param>
    public static async Task<Results<Ok<Page<HistoryEntry>>, ProblemHttpResult>> ReadAsync(
        NpgsqlDataSource dataSource, string subject, Guid id, PageQuery query, bool withActor, CancellationToken ct)
    {
        if (query.Check(out var limit) is { } bad)
            return bad;
        if (!AuditCursor.TryDecode(query.After, out var after))
            return KeysetCursor.Refuse();

        var page = await AuditReader.ReadAsync(dataSource, new AuditFilter([NodePath.Root], subject, id, null, null, null, null), after, limit, newestFirst: true, ct);
        return TypedResults.Ok(new Page<HistoryEntry>(
            page.Entries.ConvertAll(entry => new HistoryEntry(
                entry.Id, entry.At, entry.Version, entry.Type, withActor ? entry.Actor : null, entry.App, entry.Reason, Compare(entry.Before, entry.After))),
            page.Next is { } next ? AuditCursor.Encode(next) : null));
    }

    private static List<HistoryChange> Compare(JsonElement? before, JsonElement? after)
    {
        var (old, now) = (Members(before), Members(after));
        return
        [
            .. from name in now.Keys.Union(old.Keys, StringComparer.Ordinal).Except(OfTheEntry, StringComparer.Ordinal)
               let was = Value(old, name)
               let became = Value(now, name)
               where !(was is { } one && became is { } other ? JsonElement.DeepEquals(one, other) : (was, became) is (null, null))
               select new HistoryChange(name, was, became),
        ];
    }

    private static Dictionary<string, JsonElement> Members(JsonElement? state) =>
        state is { ValueKind: JsonValueKind.Object } json ? json.EnumerateObject().ToDictionary(member => member.Name, member => member.Value, StringComparer.Ordinal) : [];

    private static JsonElement? Value(Dictionary<string, JsonElement> members, string name) =>
        members.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
