using Insp1r.Membership.Data;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Duplicates;

/// <summary>What the work list does not show, because somebody said that they are two organisations: of pairs whose records are both of the caller's nodes, and stand for themselves.</summary>
internal static class ReadDismissals
{
    public sealed class Filter
    {
        /// <summary>Only pairs with a record of this node's subtree, such as insp1r.africa.</summary>
        public string? Node { get; init; }
    }

    public static async Task<Results<Ok<Page<DismissalResponse>>, ProblemHttpResult>> HandleAsync(
        [AsParameters] Filter filter, [AsParameters] PageQuery page, Caller caller, MembershipDb db, CancellationToken ct)
    {
        if ((page.Check(out var limit) ?? QueryChecks.Node(filter.Node)) is { } bad)
            return bad;
        if (!KeysetCursor.TryDecode(page.After, out _, out var after))
            return KeysetCursor.Refuse();

        var (all, within) = (caller.NodesFor(Role.Contributor), caller.NodesFor(Role.Contributor, filter.Node));
        var likeAll = NodePath.Below(all);
        var likeWithin = NodePath.Below(within);
        var rows = await (
            from pair in db.NotDuplicates.FromSql($"""
                select n.* from not_duplicate n join member_organisation a on a.id = n.older_id join member_organisation b on b.id = n.newer_id
                where n.withdrawn_at is null and (a.node = any({all}) or a.node like any({likeAll})) and (b.node = any({all}) or b.node like any({likeAll}))
                  and (a.node = any({within}) or a.node like any({likeWithin}) or b.node = any({within}) or b.node like any({likeWithin}))
                """).AsNoTracking()
            join older in db.Organisations on pair.OlderId equals older.Id
            join newer in db.Organisations on pair.NewerId equals newer.Id
            where page.After == null || pair.Id < after
            orderby pair.Id descending
            select new { Pair = pair, Older = older.Name, Newer = newer.Name }).Take(limit + 1).ToListAsync(ct);
        return TypedResults.Ok(Page<DismissalResponse>.From(rows.ConvertAll(row => DismissalResponse.Of(row.Pair, row.Older, row.Newer)), limit, last => KeysetCursor.Encode("", last.Id)));
    }
}
