using System.Reflection;
using Insp1r.Membership.Data;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Records;

/// <summary>What a comment or a document is about: an organisation or a network, and so one of the ids. <c>Node</c> is the node that keeps it.</summary>
internal sealed record Record(Guid? OrganisationId, Guid? NodeId, string Node)
{
    public string Address => OrganisationId is { } organisation ? $"/api/v1/organisations/{organisation}" : $"/api/v1/nodes/{NodeId}";

    /// <summary>Who adds to a record contributes to its node.</summary>
    public ProblemHttpResult? Refuses(Caller caller) =>
        caller.May(Role.Contributor, Node) ? null : AccessErrors.OutsideYourNodes.ToProblem($"You are not a contributor to {Node}.");
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

    /// <summary>The record, for the readers of its own node; null for all others.</summary>
    public async Task<Record?> FindAsync(Guid id, MembershipDb db, Caller caller, CancellationToken ct) =>
        await FindAsync(id, db, ct) is { } record && caller.May(Role.Reader, record.Node) ? record : null;

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
        return this == Network || (await db.Affiliations.Where(a => a.OrganisationId == id).Select(a => a.Node).ToListAsync(ct)).Exists(node => caller.May(Role.Reader, node))
            ? (record, false)
            : (null, false);
    }

    /// <summary>Holds the record to the end of the transaction, so that a merge takes with it what is added, or makes this fail.</summary>
    public Task HoldAsync(Guid id, MembershipDb db, CancellationToken ct) => this == Organisation
        ? db.Database.ExecuteSqlAsync($"select 1 from member_organisation where id = {id} for key share", ct)
        : Task.CompletedTask;

    public ProblemHttpResult Missing(Guid id) => CommonErrors.Missing(_word, id);

    private Task<Record?> FindAsync(Guid id, MembershipDb db, CancellationToken ct) => this == Organisation
        ? db.Organisations.Where(o => o.Id == id).Select(o => new Record(o.Id, null, o.Node)).SingleOrDefaultAsync(ct)
        : db.Nodes.Where(n => n.Id == id).Select(n => new Record(null, n.Id, n.Path)).SingleOrDefaultAsync(ct);
}
