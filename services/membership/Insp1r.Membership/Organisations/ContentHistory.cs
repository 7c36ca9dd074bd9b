using System.Data;
using Insp1r.Membership.Data;
using Insp1r.Messaging.Audit;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Insp1r.Membership.Organisations;

/// <summary>What a record said of each day, as far as is known now.</summary>
internal static class ContentHistory
{
    private sealed record Version(int Number, DateOnly Since, OrganisationContent Content);

    /// <summary>
    /// What it says from a day on once a change is made to the content of that day and to each later one: the oldest first, each with its first day. Empty
    /// where nothing changes. <c>Said</c> is what becomes another, with the first day of which it was said.
    /// </summary>
    public static async Task<(List<(DateOnly Since, OrganisationContent Content)> Steps, List<HistoryChange> Said)> CorrectedAsync(
        this MembershipDb db, MemberOrganisation organisation, DateOnly day, Func<OrganisationContent, OrganisationContent> change, CancellationToken ct)
    {
        List<Version> versions = [new(organisation.Version, organisation.Since, organisation.Content)];
        if (day < organisation.Since)
            versions.AddRange(await ReadAsync(db, organisation.Id, ct));

        var (corrected, said) = (new List<(DateOnly Since, OrganisationContent Content)>(), new List<HistoryChange>());
        foreach (var since in versions.Select(v => v.Since).Where(since => since > day).Prepend(day).Distinct().Order())
        {
            var before = At(versions, since);
            var after = change(before);
            said.AddRange(before.ChangesTo(after, since));
            if (corrected.Count == 0 || !after.IsSameAs(corrected[^1].Content))
                corrected.Add((since, after));
        }

        return (said.Count > 0 ? corrected : [], said);
    }

    // As organisation_at: what was said last of that day, and before the first day what was said first.
    private static OrganisationContent At(List<Version> versions, DateOnly day) =>
        (versions.Where(v => v.Since <= day).MaxBy(v => v.Number) ?? versions.MinBy(v => v.Number)!).Content;

    private static async Task<List<Version>> ReadAsync(MembershipDb db, Guid id, CancellationToken ct)
    {
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        await using var command = new NpgsqlCommand(
            "select version, since, name, names::text, acronym, country, types, website from organisation_version where organisation_id = $1", connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        var versions = new List<Version>();
        await using var row = await command.ExecuteReaderAsync(CommandBehavior.Default, ct);
        while (await row.ReadAsync(ct))
        {
            versions.Add(new Version(
                row.GetInt32(0),
                await row.GetFieldValueAsync<DateOnly>(1, ct),
                new OrganisationContent(
                    row.GetString(2), LanguageTexts.FromJson(row.GetString(3)), Text(4), row.GetString(5), await row.GetFieldValueAsync<string[]>(6, ct), Text(7))));
        }

        return versions;

        string? Text(int column) => row.IsDBNull(column) ? null : row.GetString(column);
    }
}
