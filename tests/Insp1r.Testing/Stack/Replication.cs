namespace Insp1r.Testing.Stack;

/// <summary>
/// Compares what the services hold of each other, both ways: what is missing, what is too much, and what is of another version. It asks the
/// databases, so that nothing between them can make two wrongs look like a right.
/// </summary>
public static class Replication
{
    private const string Organisations = "select id, version, format('%s|%s|%s', node, name, status) from member_organisation";

    // Where it is kept, a merged record has its own status yet.
    private const string OwnOrganisations = "select id, version, format('%s|%s|%s', node, name, case when merged_into is null then status else 'merged' end) from member_organisation";
    private const string Nodes = "select id, version, format('%s|%s', path, level) from network_node";

    /// <summary>Waits until everything that was committed has arrived everywhere; fails with what has not.</summary>
    public static async Task UntilCompleteAsync(PlatformStack stack, TimeSpan deadline, CancellationToken ct)
    {
        IReadOnlyList<string> left = [];
        try
        {
            await Until.TrueAsync(async () => (left = await DifferencesAsync(stack, ct)).Count == 0, "all services hold the same", ct, deadline);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}\n{string.Join('\n', left.Take(30))}", e.InnerException);
        }
    }

    public static async Task<IReadOnlyList<string>> DifferencesAsync(PlatformStack stack, CancellationToken ct)
    {
        var differences = new List<string>();
        foreach (var service in (string[])["membership", "advocacy", "communications"])
        {
            var behind = await stack.ScalarAsync<long>(
                service, "select count(*) from change_log c, log_reader r where r.name = 'broker' and (c.tx_id, c.seq) > (r.tx_id, r.seq)", ct);
            if (behind > 0)
                differences.Add($"The relay of {service} is {behind} rows behind.");
        }

        foreach (var (what, own, sql) in ((string, string, string)[])[("organisation", OwnOrganisations, Organisations), ("node", Nodes, Nodes)])
        {
            var owned = await ReadAsync(stack, "membership", own, ct);
            foreach (var service in (string[])["advocacy", "communications"])
                differences.AddRange(Compare(what, service, owned, await ReadAsync(stack, service, sql, ct)));
        }

        var substantiated = await stack.QueryAsync("advocacy", "select id from change_log where type = 'advocacy.outcome-substantiated.v1'", row => row.GetGuid(0), ct);
        var persons = await stack.QueryAsync("membership", "select id from change_log where subject = 'person' and visibility <> 'audit'", row => row.GetGuid(0), ct);
        var handled = await stack.QueryAsync("communications", "select message_id from inbox_message", row => row.GetGuid(0), ct);
        differences.AddRange(substantiated.Except(handled).Select(id => $"communications has not handled the substantiation {id}."));
        differences.AddRange(persons.Except(handled).Select(id => $"communications has not handled {id}, which is of a person."));
        return differences;
    }

    private static IEnumerable<string> Compare(string what, string service, Dictionary<Guid, string> owned, Dictionary<Guid, string> replica)
    {
        foreach (var (id, state) in owned)
        {
            if (!replica.TryGetValue(id, out var copy))
                yield return $"{service} lacks the {what} {id} ({state}).";
            else if (copy != state)
                yield return $"{service} has the {what} {id} as {copy}; it is {state}.";
        }

        foreach (var id in replica.Keys.Except(owned.Keys))
            yield return $"{service} has the {what} {id}, which there is not.";
    }

    private static async Task<Dictionary<Guid, string>> ReadAsync(PlatformStack stack, string service, string sql, CancellationToken ct) =>
        (await stack.QueryAsync(service, sql, row => (Id: row.GetGuid(0), State: $"version {row.GetInt32(1)}|{row.GetString(2)}"), ct)).ToDictionary(row => row.Id, row => row.State);
}
