using Insp1r.Membership.Accounts;
using Insp1r.Membership.Data;
using Insp1r.Messaging.Log;
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
            await using var transaction = await db.JoinTransactionAsync(ct);
            var now = clock.GetUtcNow();
            var before = AppResponse.Of(app);
            app.Revoke(now);
            db.Audit("app", app.Id, app.Version, NodePath.Root, "membership.app-revoked", before, AppResponse.Of(app), now);
            await db.AuthorizationCodes.Where(c => c.ClientId == clientId && c.UsedAt == null).ExecuteDeleteAsync(ct);
            var sessions = db.Sessions.Where(s => s.App == clientId && s.EndedAt == null);
            var accounts = await sessions.Select(s => s.AccountId).Distinct().ToArrayAsync(ct);
            await sessions.ExecuteUpdateAsync(set => set.SetProperty(s => s.EndedAt, now).SetProperty(s => s.EndedBecause, "app-revoked"), ct);
            await access.ChangeAccessAsync(accounts, ct);
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
            await access.TellAsync(ct);
        }

        return TypedResults.Ok(AppResponse.Of(app));
    }
}
