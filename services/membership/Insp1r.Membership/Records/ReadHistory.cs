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
            database.DataSource, "affiliation", id, page, caller.May(Role.Contributor, found.Node) || caller.May(Role.Contributor, found.Home), ct);
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
