using System.Text.Json.Nodes;
using Insp1r.Fault.Tests.Load;
using Insp1r.Testing.Stack;

namespace Insp1r.Fault.Tests.Checks;

/// <summary>
/// Holds the platform to its ledger after it has healed. It knows nothing of the load or of the faults: it compares what was answered with
/// what is in the databases, and these with each other.
/// </summary>
internal sealed class Checker(PlatformStack stack, Ledger ledger, FeedFollower follower)
{
    private static readonly TimeSpan HealedWithin = TimeSpan.FromSeconds(30);

    public async Task CheckAsync(CancellationToken ct)
    {
        // I8, and I2 for the replicas: within 30 s of healing everything has arrived everywhere, in the same version, and nothing else.
        await Replication.UntilCompleteAsync(stack, HealedWithin, ct);
        await UntilFeedIsCompleteAsync(ct);

        List<string> broken =
        [
            .. await LostWritesAsync(ct),
            .. await DoubleEffectsAsync(ct),
            .. await WrongAnnouncementsAsync(ct),
            .. await EventsWithoutCommitAsync(ct),
            .. await FeedFaultsAsync(ct),
            .. await StuckAsync(ct),
            .. await PositionWitness.BackwardsAsync(stack, "membership", ct),
            .. await PositionWitness.BackwardsAsync(stack, "advocacy", ct),
        ];
        Assert.True(broken.Count == 0, string.Join('\n', broken.Take(50)));
    }

    private async Task UntilFeedIsCompleteAsync(CancellationToken ct)
    {
        List<(Guid, int)> missing = [];
        try
        {
            await Until.TrueAsync(
                async () => (missing = await MissingInFeedAsync(ct)).Count == 0 || follower.Failure is not null, "the follower of the feed has seen all", ct, HealedWithin);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}; it has {follower.Seen.Count} and misses {missing.Count}, such as {string.Join(", ", missing.Take(5))}", e.InnerException);
        }
    }

    // I1: every write that was answered 2xx is there, in that version or a later one; and in that version as it was answered.
    private async Task<List<string>> LostWritesAsync(CancellationToken ct)
    {
        var organisations = await ReadAsync("membership", "select id, version, format('%s|%s', name, status) from member_organisation", ct);
        var outcomes = await ReadAsync("advocacy", "select id, version, status from outcome", ct);
        var lost = new List<string>();
        foreach (var entry in ledger.Entries)
        {
            var table = entry.Kind == "outcome" ? outcomes : organisations;
            if (!table.TryGetValue(entry.Id, out var row) || row.Version < entry.Version)
                lost.Add($"I1: {entry} was answered, and is not in the table.");
            else if (row.Version == entry.Version && row.State != entry.State)
                lost.Add($"I1: {entry} was answered, and the table has {row}.");
        }

        return lost;
    }

    // I4: names are given once, so two records of one name are two effects of one key; a decision, too, is recorded once.
    private async Task<List<string>> DoubleEffectsAsync(CancellationToken ct) =>
    [
        .. await stack.QueryAsync("membership", "select name from member_organisation group by name having count(*) > 1", row => $"I4: several organisations are named {row.GetString(0)}.", ct),
        .. await stack.QueryAsync("advocacy", "select title::text from outcome group by title::text having count(*) > 1", row => $"I4: several outcomes are titled {row.GetString(0)}.", ct),
    ];

    // I2: an effect for each substantiated outcome and node concerned (the owner, those above it, and the one that agreed), once.
    private async Task<List<string>> WrongAnnouncementsAsync(CancellationToken ct)
    {
        var substantiated = await stack.QueryAsync("advocacy", "select id from outcome where status = 'substantiated'", row => row.GetGuid(0), ct);
        var announced = await stack.QueryAsync("communications", "select outcome_id, node, count(*) from announcement group by outcome_id, node", row => (Outcome: row.GetGuid(0), Node: row.GetString(1), Count: row.GetInt64(2)), ct);
        return
        [
            .. announced.Where(announcement => announcement.Count != 1).Select(announcement => $"I2: {announcement.Count} announcements of {announcement.Outcome} for {announcement.Node}."),
            .. substantiated.Select(id => (Outcome: id, Nodes: announced.Where(announcement => announcement.Outcome == id).Select(announcement => announcement.Node).ToHashSet(StringComparer.Ordinal)))
                .Where(outcome => !outcome.Nodes.SetEquals(OutcomeWriter.NodesConcerned)).Select(outcome => $"I2: {outcome.Outcome} is announced for {string.Join(", ", outcome.Nodes)}."),
            .. announced.Select(announcement => announcement.Outcome).Except(substantiated).Select(id => $"I2: an announcement of {id}, which is not substantiated."),
        ];
    }

    // I3: each event has its row in that version or a later one, each version has its event, once.
    private async Task<List<string>> EventsWithoutCommitAsync(CancellationToken ct)
    {
        var broken = new List<string>();
        foreach (var (service, table, subject) in ((string, string, string)[])[("membership", "member_organisation", "organisation"), ("membership", "network_node", "node"), ("advocacy", "outcome", "outcome"), ("communications", "announcement", "announcement")])
        {
            broken.AddRange(await stack.QueryAsync(
                service,
                $"""
                 select coalesce(t.id, l.subject_id)::text, coalesce(t.version, 0), coalesce(l.events, 0), coalesce(l.versions, 0), coalesce(l.last, 0)
                 from {table} t full join (
                   select subject_id, count(*) as events, count(distinct subject_version) as versions, max(subject_version) as last
                   from change_log where subject = '{subject}' group by subject_id) l on l.subject_id = t.id
                 where t.id is null or l.subject_id is null or t.version <> l.last or t.version <> l.versions or l.events <> l.versions
                 """,
                row => $"I3: {subject} {row.GetString(0)} has version {row.GetInt32(1)}, and the log {row.GetInt64(2)} events of {row.GetInt64(3)} versions up to {row.GetInt32(4)}.", ct));
        }

        return broken;
    }

    // I5: the follower saw each change once, and all of them.
    private async Task<List<string>> FeedFaultsAsync(CancellationToken ct) =>
    [
        .. follower.Failure is { } failure ? (string[])[$"I5: the follower was turned away: {failure.Message}"] : [],
        .. follower.Seen.GroupBy(change => change).Where(same => same.Count() > 1).Select(same => $"I5: the feed said {same.Key} {same.Count()} times."),
        .. (await MissingInFeedAsync(ct)).Select(change => $"I5: the feed never said {change}."),
    ];

    private async Task<List<(Guid, int)>> MissingInFeedAsync(CancellationToken ct) =>
        [.. (await stack.QueryAsync("membership", "select subject_id, subject_version from change_log where visibility = 'feed'", row => (row.GetGuid(0), row.GetInt32(1)), ct)).Except(follower.Seen)];

    // I8: nothing that an operator would have to look after.
    private async Task<List<string>> StuckAsync(CancellationToken ct)
    {
        var stuck = new List<string>();
        foreach (var service in (string[])["membership", "advocacy", "communications"])
        {
            var log = await ReadWhenHealedAsync($"/api/v1/operations/{service}/log", ct);
            if ((long)log["deadRows"]! > 0)
                stuck.Add($"I8: {service} gave up rows of its log: {log}");

            var errors = (await ReadWhenHealedAsync($"/api/v1/operations/{service}/errors", ct)).AsObject();
            stuck.AddRange(errors.Where(queue => (long)queue.Value! > 0).Select(queue => $"I8: {queue.Value} messages in the error queue of {queue.Key}."));
        }

        return stuck;
    }

    // Whoever comes first after a crash of the database may be told to come again.
    private async Task<JsonNode> ReadWhenHealedAsync(string path, CancellationToken ct) => (await Until.NotNullAsync(
        async () => await stack.As("operator").GetAsync(path, ct) is { Status: 200 } answer ? answer : null, $"{path} answers", ct, HealedWithin)).Json;

    private async Task<Dictionary<Guid, (int Version, string State)>> ReadAsync(string service, string sql, CancellationToken ct) =>
        (await stack.QueryAsync(service, sql, row => (Id: row.GetGuid(0), Version: row.GetInt32(1), State: row.GetString(2)), ct)).ToDictionary(row => row.Id, row => (row.Version, row.State));
}
