using Insp1r.Membership.Data;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Accounts.Keeping;

internal static class ReadAccounts
{
    public static async Task<Results<Ok<Page<AccountResponse>>, ProblemHttpResult>> ListAsync(
        [AsParameters] PageQuery query, Caller caller, MembershipDb db, TimeProvider clock, CancellationToken ct)
    {
        if (query.Check(out var limit) is { } problem)
            return problem;
        if (!KeysetCursor.TryDecode(query.After, out _, out var after))
            return KeysetCursor.Refuse();

        var nodes = caller.NodesFor(Role.Steward);
        var below = NodePath.Below(nodes);
        // Who is at risk is in no file.
        var accounts = await db.Accounts.FromSql($"""
            select a.*, a.xmin from account a where (a.node = any({nodes}) or a.node like any({below})) and a.id > {after}
              and not ({query.IsFile} and exists (select 1 from person p where p.id = a.person_id and p.at_risk))
            order by a.id limit {limit + 1}
            """).AsNoTracking().ToListAsync(ct);
        return TypedResults.Ok(Page<AccountResponse>.From(await AccountResponse.OfAsync(accounts, db, clock, ct), limit, last => KeysetCursor.Encode("", last.Id)));
    }

    public static async Task<Results<Ok<AccountResponse>, ProblemHttpResult>> OneAsync(Guid id, Caller caller, MembershipDb db, TimeProvider clock, CancellationToken ct) =>
        await FindAsync(id, caller, db, ct) is { } account ? TypedResults.Ok(await AccountResponse.OfAsync(account, db, clock, ct)) : AccountErrors.Missing();

    /// <summary>The account, if it is one that the caller keeps.</summary>
    public static async Task<Account?> FindAsync(Guid id, Caller caller, MembershipDb db, CancellationToken ct) =>
        await db.Accounts.SingleOrDefaultAsync(a => a.Id == id, ct) is { } account && caller.May(Role.Steward, account.Node) ? account : null;
}
