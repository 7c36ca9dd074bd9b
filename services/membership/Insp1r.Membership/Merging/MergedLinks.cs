using Insp1r.Contracts.Membership;
using Insp1r.Membership.Data;
using Insp1r.Membership.Organisations;
using Insp1r.Membership.Persons;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Merging;

/// <summary>What a merge and its undoing share: both records locked, and the links between them moved.</summary>
internal static class MergedLinks
{
    /// <summary>In events alone: consumers that know nothing of merges do not take such a record for a member.</summary>
    public const string MergedStatus = "merged";

    /// <summary>Both records, locked in the order of their ids: two merges of the same records wait for each other instead of failing.</summary>
    public static async Task<(MemberOrganisation? Survivor, MemberOrganisation? Merged, ProblemHttpResult? Refusal)> LockPairAsync(
        this MembershipDb db, Guid survivor, Guid merged, Caller caller, CancellationToken ct)
    {
        var records = await db.Organisations.FromSql($"select * from member_organisation where id in ({survivor}, {merged}) order by id for update").IgnoreQueryFilters().ToDictionaryAsync(o => o.Id, ct);
        foreach (var id in (Guid[])[survivor, merged])
        {
            if (!records.TryGetValue(id, out var record) || !caller.May(Role.Reader, record.Node))
                return (null, null, CommonErrors.Missing("organisation", id));
        }

        foreach (var record in records.Values)
        {
            if (!caller.May(Role.Steward, record.Node))
                return (null, null, AccessErrors.OutsideYourNodes.ToProblem($"You are not a steward of {record.Node}."));
        }

        return (records[survivor], records[merged], null);
    }

    /// <summary>External ids, roles, comments, documents and older redirects of a merge, to the record that has them from now on.</summary>
    public static async Task MoveAsync(MembershipDb db, MemberOrganisation to, MergeSnapshot snapshot, Guid from, DateTimeOffset at, CancellationToken ct)
    {
        await db.Database.ExecuteSqlAsync(
            $"update external_id set organisation_id = {to.Id} where organisation_id = {from} and namespace || ':' || value = any({snapshot.ExternalIds})", ct);

        var persons = await db.Persons
            .FromSql($"select * from person where id in (select person_id from person_role where id = any({snapshot.Roles})) order by id for update").ToDictionaryAsync(p => p.Id, ct);
        foreach (var role in await db.PersonRoles.Where(r => snapshot.Roles.Contains(r.Id) && r.OrganisationId == from).ToListAsync(ct))
        {
            var before = RoleResponse.Of(role);
            role.Belong(to.Id);
            db.AuditPerson(persons[role.PersonId], "role-moved", before, RoleResponse.Of(role), at);
        }

        // Each locked, so that none is withdrawn, or gets its file, beside this.
        foreach (var comment in await db.Comments
            .FromSql($"select * from record_comment where id = any({snapshot.Comments}) and organisation_id = {from} order by id for update").ToListAsync(ct))
        {
            var before = comment.About;
            comment.Belong(to.Id);
            db.Audit("comment", comment.Id, comment.Version, to.Node, "membership.comment-moved", before, comment.About, at);
        }

        foreach (var document in await db.Documents
            .FromSql($"select * from record_document where id = any({snapshot.Documents}) and organisation_id = {from} order by id for update").ToListAsync(ct))
        {
            var before = document.About;
            document.Belong(to.Id);
            db.Audit("document", document.Id, document.Version, to.Node, "membership.document-moved", before, document.About, at);
        }

        foreach (var redirected in await db.Organisations.IgnoreQueryFilters().Where(o => snapshot.Redirects.Contains(o.Id)).OrderBy(o => o.Id).ToListAsync(ct))
        {
            redirected.Redirect(to.Id, at);
            db.Append(new OrganisationMerged(redirected.State with { Status = MergedStatus }, to.Id), at);
        }
    }
}
