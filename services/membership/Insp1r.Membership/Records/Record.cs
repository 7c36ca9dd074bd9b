using System.Reflection;
using Insp1r.Membership.Affiliations;
using Insp1r.Membership.Data;
using Insp1r.Membership.Merging;
using Insp1r.Membership.Organisations;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Records;

/// <summary>What a comment or a document is about: an organisation or a network, and so one of the ids. <c>Node</c> is the node that keeps it.</summary>
internal sealed record Record(Guid? OrganisationId, Guid? NodeId, string Node)
{
    public string Address => OrganisationId is { } organisation ? $"/api/v1/organisations/{organisation}" : $"/api/v1/nodes/{NodeId}";

    /// <summary>What somebody added to a record is withdrawn by them or by a steward.</summary>
    public ProblemHttpResult? RefusesWithdrawal(Caller caller, string author) =>
        author == caller.Id || caller.May(Role.Steward, Node) ? null : AccessErrors.Forbidden.ToProblem($"It is withdrawn by its author or a steward of {Node}.");

    /// <summary>Says where the answer is from, if it was asked by the id of a record that was merged.</summary>
    public void LocateAt(HttpResponse response, Guid asked, string rest)
    {
        if (OrganisationId is { } organisation)
            response.LocateAt(organisation, asked, rest);
    }
}

/// <summary>The kind of record that an address is about: <c>/organisations/{id}/...</c> or <c>/nodes/{id}/...</c>. A handler takes it as a parameter.</summary>
internal sealed class RecordKind
{
    public static readonly RecordKind Organisation = new("organisation");
    public static readonly RecordKind Network = new("node");
    private readonly string _word;

    private RecordKind(string word) => _word = word;

    public static ValueTask<RecordKind?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult(context.GetEndpoint()?.Metadata.GetMetadata<RecordKind>());

    /// <summary>The record, or the one that it was merged into, for the readers of its own node; null for all others.</summary>
    public async Task<Record?> FindAsync(Guid id, MembershipDb db, Caller caller, CancellationToken ct) =>
        await FindAsync(id, db, ct) is { } record && caller.May(Role.Reader, record.Node) ? record : null;

    /// <summary>
    /// The record, for the contributors to its node, or why not. To the end of the transaction it is not merged: a merge takes with it what is added, or makes
    /// this fail.
    /// </summary>
    public async Task<(Record? Record, ProblemHttpResult? Refusal)> FindToChangeAsync(Guid id, MembershipDb db, Caller caller, CancellationToken ct)
    {
        var organisation = this == Organisation ? await db.KeepStandingAsync(id, ct) : null;
        var record = organisation is null ? await FindAsync(id, db, ct) : Of(organisation);
        if (record is null || !caller.May(Role.Reader, record.Node))
            return (null, Missing(id));
        if (organisation?.RefusesChange(id, caller) is { } notYours)
            return (null, notYours);
        return caller.May(Role.Contributor, record.Node) ? (record, null) : (null, AccessErrors.OutsideYourNodes.ToProblem($"You are not a contributor to {record.Node}."));
    }

    /// <summary>
    /// The record, for all who see that it is there: an organisation is seen from each network that it is a member of, a network by every reader.
    /// <c>IsOwn</c> is true for the readers of its own node.
    /// </summary>
    public async Task<(Record? Record, bool IsOwn)> FindFromAnywhereAsync(Guid id, MembershipDb db, Caller caller, CancellationToken ct)
    {
        if (await FindAsync(id, db, ct) is not { } record)
            return (null, false);
        if (caller.May(Role.Reader, record.Node))
            return (record, true);
        return this == Network || (await db.Affiliations.Where(a => a.OrganisationId == record.OrganisationId && AffiliationStatus.Members.Contains(a.Status)).Select(a => a.Node).ToListAsync(ct)).Exists(node => caller.May(Role.Reader, node))
            ? (record, false)
            : (null, false);
    }

    public ProblemHttpResult Missing(Guid id) => CommonErrors.Missing(_word, id);

    private async Task<Record?> FindAsync(Guid id, MembershipDb db, CancellationToken ct)
    {
        if (this == Network)
            return await db.Nodes.Where(n => n.Id == id).Select(n => new Record(null, n.Id, n.Path)).SingleOrDefaultAsync(ct);
        return await db.StandingAsync(id, ct) is { } organisation ? Of(organisation) : null;
    }

    private static Record Of(MemberOrganisation organisation) => new(organisation.Id, null, organisation.Node);
}
