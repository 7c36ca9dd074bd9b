using Insp1r.Membership.Data;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Apps;

internal static class ReadApps
{
    public static async Task<Results<Ok<Page<AppResponse>>, ProblemHttpResult>> HandleAsync([AsParameters] PageQuery query, Caller caller, MembershipDb db, CancellationToken ct)
    {
        if (query.Check(out var limit) is { } problem)
            return problem;
        if (!KeysetCursor.TryDecode(query.After, out var after, out _))
            return KeysetCursor.Refuse();
        if (!caller.May(Role.Steward, NodePath.Root))
            return AppErrors.NotYours();

        var rows = await db.Apps.AsNoTracking().Where(a => string.Compare(a.ClientId, after) > 0).OrderBy(a => a.ClientId).Take(limit + 1).ToListAsync(ct);
        return TypedResults.Ok(Page<AppResponse>.From([.. rows.Select(AppResponse.Of)], limit, last => KeysetCursor.Encode(last.ClientId, Guid.Empty)));
    }
}
