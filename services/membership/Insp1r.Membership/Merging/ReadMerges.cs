using Insp1r.Membership.Data;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Merging;

/// <summary>Merges between records of the caller's nodes, also those that were undone.</summary>
internal static class ReadMerges
{
    public sealed class Filter
    {
        /// <summary>Only those of the subtree of this node, such as insp1r.africa.</summary>
        public string? Node { get; init; }
    }

    public static async Task<Results<Ok<Page<MergeResponse>>, ProblemHttpResult>> HandleAsync(
        [AsParameters] Filter filter, [AsParameters] PageQuery page, Caller caller, MembershipDb db, CancellationToken ct)
    {
        if ((page.Check(out var limit) ?? QueryChecks.Node(filter.Node)) is { } bad)
            return bad;
        if (!KeysetCursor.TryDecode(page.After, out _, out var after))
            return KeysetCursor.Refuse();

        var (all, within) = (caller.NodesFor(Role.Steward), caller.NodesFor(Role.Steward, filter.Node));
        var likeAll = NodePath.Below(all);
        var likeWithin = NodePath.Below(within);
        var rows = await (
            from m in db.Merges.FromSql($"""
                select * from organisation_merge m
                where (m.node = any({all}) or m.node like any({likeAll})) and (m.merged_node = any({all}) or m.merged_node like any({likeAll}))
                  and (m.node = any({within}) or m.node like any({likeWithin}) or m.merged_node = any({within}) or m.merged_node like any({likeWithin}))
                """).AsNoTracking()
            join survivor in db.Organisations.IgnoreQueryFilters() on m.SurvivorId equals survivor.Id
            join merged in db.Organisations on m.MergedId equals merged.Id
            where page.After == null || m.Id < after
            orderby m.Id descending
            select new { Merge = m, Survivor = survivor.Name, Merged = merged.Name }).Take(limit + 1).ToListAsync(ct);
        return TypedResults.Ok(Page<MergeResponse>.From(
            rows.ConvertAll(row => MergeResponse.Of(row.Merge, row.Survivor, row.Merged)), limit, last => KeysetCursor.Encode("", last.Id)));
    }
}
