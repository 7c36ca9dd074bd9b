using System.Diagnostics.CodeAnalysis;
using Insp1r.Contracts;
using Insp1r.Contracts.Membership;
using Insp1r.Membership.Affiliations;
using Insp1r.Membership.Data;
using Insp1r.Membership.Merging;
using Insp1r.Membership.Services;
using Insp1r.Messaging;
using Insp1r.Messaging.Audit;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Insp1r.Membership.Records;

/// <summary>Who changed what of a record, when and why, for everybody who may read it. Who did it, those see who keep it.</summary>
internal static class ReadHistory
{
    /// <summary>By the id of a record that was merged, that record's own: what was done to it is not in the history of the one that stands for it.</summary>
    public static async Task<Results<Ok<Page<HistoryEntry>>, ProblemHttpResult>> OfOrganisationAsync(
        Guid id, [AsParameters] PageQuery page, MembershipDb db, ServiceDatabase database, Caller caller, CancellationToken ct)
    {
        if (await db.StandingAsync(id, ct) is not { } standing || !caller.May(Role.Reader, standing.Node))
            return CommonErrors.Missing("organisation", id);
        return await RecordHistory.ReadAsync(database.DataSource, "organisation", id, page, caller.May(Role.Contributor, standing.Node), ct);
    }

    public static async Task<Results<Ok<Page<HistoryEntry>>, ProblemHttpResult>> OfAffiliationAsync(
        Guid id, [AsParameters] PageQuery page, MembershipDb db, ServiceDatabase database, Caller caller, CancellationToken ct)
    {
        var found = await (
            from affiliation in db.Affiliations
            join organisation in db.Organisations on affiliation.OrganisationId equals organisation.Id
            where affiliation.Id == id
            select new { affiliation.Node, Home = organisation.Node }).SingleOrDefaultAsync(ct);
        if (found is null || !(caller.May(Role.Reader, found.Node) || caller.May(Role.Reader, found.Home)))
            return CommonErrors.Missing("affiliation", id);
        return await RecordHistory.ReadAsync(
            database.DataSource, "affiliation", id, page, caller.May(Role.Contributor, found.Node) || caller.May(Role.Contributor, found.Home), ct, await BeginningAsync(database, id, ct));
    }

    // No event of its own tells of the full and active membership that a registration or a sync begins: its record does. What was changed of that
    // since, other than by moves, the database keeps.
    [SuppressMessage("Usage", "MA0042:Do not use blocking calls in an async method", Justification = "The columns of a row that was read are in memory.")]
    private static async Task<HistoryBeginning?> BeginningAsync(ServiceDatabase database, Guid id, CancellationToken ct)
    {
        await using var command = database.DataSource.CreateCommand("""
            select a.recorded_at, a.recorded_by, coalesce(h.organisation_id, a.organisation_id), a.node, a.first_category, a.first_status, coalesce(d.since, a.since),
                   case when h.affiliation_id is null then a.through_id else h.through_id end
            from affiliation a
            left join lateral (select * from affiliation_holder h where h.affiliation_id = a.id order by h.held_until limit 1) h on true
            left join lateral (select * from affiliation_first_day d where d.affiliation_id = a.id order by d.known_until limit 1) d on true
            where a.id = $1 and not exists (select 1 from change_log c where c.subject_id = a.id and c.subject = 'affiliation' and c.subject_version = 1)
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        await using var row = await command.ExecuteReaderAsync(ct);
        if (!await row.ReadAsync(ct))
            return null;
        var (category, status) = (row.GetString(4), row.GetString(5));
        var state = new AffiliationState(
            id, 1, row.GetGuid(2), row.GetString(3), category, status, row.GetFieldValue<DateOnly>(6), null, row.IsDBNull(7) ? null : row.GetGuid(7),
            AffiliationCategory.MayVote(category, status), AffiliationCategory.MaySignOn(category, status));
        return new HistoryBeginning(id, row.GetFieldValue<DateTimeOffset>(0), EventTypes.Of(typeof(AffiliationStarted)).Name, row.GetString(1), state);
    }

    public static async Task<Results<Ok<Page<HistoryEntry>>, ProblemHttpResult>> OfNodeAsync(
        Guid id, [AsParameters] PageQuery page, MembershipDb db, ServiceDatabase database, Caller caller, CancellationToken ct)
    {
        if (await db.Nodes.Where(n => n.Id == id).Select(n => n.Path).SingleOrDefaultAsync(ct) is not { } path)
            return CommonErrors.Missing("node", id);
        return await RecordHistory.ReadAsync(database.DataSource, "node", id, page, caller.May(Role.Contributor, path), ct);
    }

    /// <summary>Also by the id of a record that was merged.</summary>
    public static async Task<Results<Ok<Page<HistoryEntry>>, ProblemHttpResult>> OfServiceAsync(
        Guid id, Guid serviceId, [AsParameters] PageQuery page, MembershipDb db, ServiceDatabase database, Caller caller, CancellationToken ct)
    {
        if (await db.StandingAsync(id, ct) is not { } organisation || !caller.May(Role.Reader, organisation.Node) || await db.ServiceOfAsync(organisation, serviceId, ct) is null)
            return CommonErrors.Missing("service", serviceId);
        return await RecordHistory.ReadAsync(database.DataSource, "organisation-service", serviceId, page, caller.May(Role.Contributor, organisation.Node), ct);
    }

    public static async Task<Results<Ok<Page<HistoryEntry>>, ProblemHttpResult>> OfBodyAsync(
        Guid id, [AsParameters] PageQuery page, MembershipDb db, ServiceDatabase database, Caller caller, CancellationToken ct)
    {
        if (await db.Bodies.Where(b => b.Id == id).Select(b => b.Node).SingleOrDefaultAsync(ct) is not { } node || !caller.May(Role.Reader, node))
            return CommonErrors.Missing("body", id);
        return await RecordHistory.ReadAsync(database.DataSource, "body", id, page, caller.May(Role.Contributor, node), ct);
    }

    /// <summary>For the stewards, who see all fields of a person; of somebody at risk, not as a file.</summary>
    public static async Task<Results<Ok<Page<HistoryEntry>>, ProblemHttpResult>> OfPersonAsync(
        Guid id, [AsParameters] PageQuery page, MembershipDb db, ServiceDatabase database, Caller caller, CancellationToken ct)
    {
        if (await db.Persons.Where(p => p.Id == id && !(page.IsFile && p.AtRisk)).Select(p => p.Node).SingleOrDefaultAsync(ct) is not { } node || !caller.May(Role.Steward, node))
            return CommonErrors.Missing("person", id);
        return await RecordHistory.ReadAsync(database.DataSource, "person", id, page, withActor: true, ct);
    }
}
