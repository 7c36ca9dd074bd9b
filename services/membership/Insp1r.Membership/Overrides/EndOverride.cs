using Insp1r.Membership.Accounts;
using Insp1r.Membership.Accounts.Keeping;
using Insp1r.Membership.Data;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Overrides;

/// <summary>A steward of the node, or of who looks into it, ends an override before its time. A second time changes nothing.</summary>
internal static class EndOverride
{
    public static async Task<Results<Ok<OverrideResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, Caller caller, MembershipDb db, AccountAccess access, TimeProvider clock, CancellationToken ct)
    {
        if (await db.AccountGrants.SingleOrDefaultAsync(g => g.Id == id && g.OverrideReason != null, ct) is not { } grant
            || await KeepGrants.TryEndAsync(grant, caller, db, access, clock, ct) is false)
            return CommonErrors.NotFound.ToProblem("There is no such override inside your nodes.");
        return TypedResults.Ok(OverrideResponse.Of(grant));
    }
}
