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

/// <summary>
/// A member of the record; <c>before</c> is null where there was nothing, or where the trail does not reach back so far. <c>since</c> is the first day of
/// which a correction says it, and null for what the record says as of now.
/// </summary>
public sealed record HistoryChange(string Field, JsonElement? Before, JsonElement? After, DateOnly? Since = null)
{
    public static HistoryChange Of<T>(string field, T? before, T after, DateOnly? since = null) => new(
        field, before is null ? null : JsonSerializer.SerializeToElement(before, JsonDefaults.Options), JsonSerializer.SerializeToElement(after, JsonDefaults.Options), since);
}

/// <summary>A record's beginning, for a history whose trail has none: <paramref name="State"/> is version 1, as its events would tell it.</summary>
public sealed record HistoryBeginning(Guid Id, DateTimeOffset At, string What, string? Actor, object State);

/// <summary>
/// What the audit trail says of one record, for those who may read the record: without where it came from. Who may, the caller has checked.
/// </summary>
public static class RecordHistory
{
    private const string Said = "changes";

    // What it is called and which state it is of, the entry says itself.
    private static readonly string[] OfTheEntry = ["id", "version", Said];

    /// <summary>
    /// For the audit trail: the record as its event tells it, and what was changed that the event does not tell, of the oldest day first. What a later day
    /// has like the one before is told once.
    /// </summary>
    public static object With(object state, List<HistoryChange> changes)
    {
        var record = JsonSerializer.SerializeToNode(state, JsonDefaults.Options)!.AsObject();
        record[Said] = JsonSerializer.SerializeToNode(
            changes.Where((change, i) => changes.Take(i).LastOrDefault(earlier => earlier.Field == change.Field) is not { } last || !IsSame(last.Before, change.Before) || !IsSame(last.After, change.After)),
            JsonDefaults.Options);
        return record;
    }

    /// <param name="withActor">Whether it is said who did it.</param>
    /// <param name="beginning">How the record began, where no event told it; else null.</param>
    public static async Task<Results<Ok<Page<HistoryEntry>>, ProblemHttpResult>> ReadAsync(
        NpgsqlDataSource dataSource, string subject, Guid id, PageQuery query, bool withActor, CancellationToken ct, HistoryBeginning? beginning = null)
    {
        if (query.Check(out var limit) is { } bad)
            return bad;
        if (!AuditCursor.TryDecode(query.After, out var after))
            return KeysetCursor.Refuse();

        var page = await AuditReader.ReadAsync(dataSource, new AuditFilter([NodePath.Root], subject, id, null, null, null, null), after, limit, newestFirst: true, ct);
        JsonElement? first = beginning is null ? null : JsonSerializer.SerializeToElement(beginning.State, JsonDefaults.Options);
        var entries = page.Entries.ConvertAll(entry => new HistoryEntry(
            entry.Id, entry.At, entry.Version, entry.Type, withActor ? entry.Actor : null, entry.App, entry.Reason, Compare(entry.Version == 2 ? entry.Before ?? first : entry.Before, entry.After)));
        var next = page.Next;
        if (beginning is not null && next is null)
        {
            // It is older than all of the trail: on a page of its own, where this one is full.
            if (entries.Count < limit)
                entries.Add(new HistoryEntry(beginning.Id, beginning.At, 1, beginning.What, withActor ? beginning.Actor : null, null, null, Compare(null, first)));
            else
                next = LogPosition.BeforeAll;
        }

        return TypedResults.Ok(new Page<HistoryEntry>(entries, next is { } position ? AuditCursor.Encode(position) : null));
    }

    private static List<HistoryChange> Compare(JsonElement? before, JsonElement? after)
    {
        var (old, now) = (Members(before), Members(after));
        var said = now.TryGetValue(Said, out var list) ? list.Deserialize<List<HistoryChange>>(JsonDefaults.Options)! : [];
        return
        [
            .. from name in now.Keys.Union(old.Keys, StringComparer.Ordinal).Except(OfTheEntry, StringComparer.Ordinal)
               let was = Value(old, name)
               let became = Value(now, name)
               where !IsSame(was, became)
               // What is told with its day is not told again.
               where !said.Exists(change => change.Field == name && IsSame(change.Before, was) && IsSame(change.After, became))
               select new HistoryChange(name, was, became),
            .. said,
        ];
    }

    private static bool IsSame(JsonElement? one, JsonElement? other) =>
        one is { } a && other is { } b ? JsonElement.DeepEquals(a, b) : (one, other) is (null, null);

    private static Dictionary<string, JsonElement> Members(JsonElement? state) =>
        state is { ValueKind: JsonValueKind.Object } json ? json.EnumerateObject().ToDictionary(member => member.Name, member => member.Value, StringComparer.Ordinal) : [];

    private static JsonElement? Value(Dictionary<string, JsonElement> members, string name) =>
        members.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
