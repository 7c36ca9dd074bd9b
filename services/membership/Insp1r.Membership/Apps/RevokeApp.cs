using Insp1r.Membership.Accounts;
using Insp1r.Membership.Data;
using Insp1r.ServiceDefaults.Access;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Apps;

internal static class RevokeApp
{
    public static async Task<Results<Ok<AppResponse>, ProblemHttpResult>> HandleAsync(
        string clientId, Caller caller, MembershipDb db, AccountAccess access, TimeProvider clock, CancellationToken ct)
    {
        if (!caller.May(Role.Steward, NodePath.Root))
            return AppErrors.NotYours();
        if (await db.Apps.SingleOrDefaultAsync(a => a.ClientId == clientId, ct) is not { } app)
            return AppErrors.Missing(clientId);

        if (app.RevokedAt is null)
        {
            var now = clock.GetUtcNow();
            var before = AppResponse.Of(app);
            (app.RevokedAt, app.Version) = (now, app.Version + 1);
            db.Audit("app", Guid.CreateVersion7(now), app.Version, NodePath.Root, "membership.app-revoked", before, AppResponse.Of(app), now);
            var sessions = await db.Sessions.Where(s => s.App == clientId && s.EndedAt == null).ToListAsync(ct);
            foreach (var session in sessions)
                session.End(now, "app-revoked");
            var accounts = sessions.Select(session => session.AccountId).Distinct().ToArray();
            foreach (var account in await db.Accounts.Where(a => accounts.Contains(a.Id)).ToListAsync(ct))
                account.ChangeAccess(now);
            await access.SaveAsync(ct);
        }

        return TypedResults.Ok(AppResponse.Of(app));
    }
}
