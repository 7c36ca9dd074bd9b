using Insp1r.Membership.Data;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Overrides;

/// <summary>Who looked into the caller's nodes from elsewhere, newest first.</summary>
internal static class ReadOverrides
{
    public static async Task<Results<Ok<Page<OverrideResponse>>, ProblemHttpResult>> HandleAsync([AsParameters] PageQuery query, Caller caller, MembershipDb db, CancellationToken ct)
    {
        if (query.Check(out var limit) is { } problem)
            return problem;
        if (!KeysetCursor.TryDecode(query.After, out _, out var after))
            return KeysetCursor.Refuse();

        // The ids are in the order of time.
        var before = after == Guid.Empty ? Guid.AllBitsSet : after;
        var nodes = caller.NodesFor(Role.Steward);
        var grants = nodes.Select(node => $"reader@{node}").ToArray();
        var below = nodes.Select(node => $"reader@{node}.%").ToArray();
        var rows = await db.AccountGrants.FromSql($"""
            select * from account_grant
            where override_reason is not null and ("grant" = any({grants}) or "grant" like any({below})) and id < {before}
            order by id desc limit {limit + 1}
            """).AsNoTracking().ToListAsync(ct);
        return TypedResults.Ok(Page<OverrideResponse>.From([.. rows.Select(OverrideResponse.Of)], limit, last => KeysetCursor.Encode("", last.Id)));
    }
}
