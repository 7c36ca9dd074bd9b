using Insp1r.Membership.Accounts;
using Insp1r.Membership.Data;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Apps;

internal static class ChangeApp
{
    /// <summary>Only the fields that are given change; addresses and scopes are replaced as a whole.</summary>
    public sealed record Request
    {
        public Optional<string?> Name { get; init; }
        public Optional<string[]?> RedirectUris { get; init; }
        public Optional<string[]?> Scopes { get; init; }
    }

    public static async Task<Results<Ok<AppResponse>, ProblemHttpResult>> HandleAsync(
        string clientId, Request request, IfMatch ifMatch, Caller caller, MembershipDb db, AccountAccess access, TimeProvider clock, CancellationToken ct)
    {
        if (!caller.May(Role.Steward, NodePath.Root))
            return AppErrors.NotYours();
        if (await db.Apps.SingleOrDefaultAsync(a => a.ClientId == clientId, ct) is not { } app)
            return AppErrors.Missing(clientId);
        if (app.RevokedAt is not null)
            return AppErrors.Revoked.ToProblem($"'{clientId}' was ended for good; add another app.");
        if (ifMatch.Refuses(app.Version) is { } stale)
            return stale;

        var errors = new FieldErrors();
        var (name, redirectUris, scopes) = (request.Name.Or(app.Name) ?? "", request.RedirectUris.Or(app.RedirectUris) ?? [], request.Scopes.Or(app.Scopes) ?? []);
        AppRules.Check(errors, name, redirectUris, scopes);
        if (errors.Any)
            return errors.ToProblem();

        await using var transaction = await db.JoinTransactionAsync(ct);
        var (before, now) = (AppResponse.Of(app), clock.GetUtcNow());
        app.Change(name, redirectUris, scopes);
        db.Audit("app", app.Id, app.Version, NodePath.Root, "membership.app-changed", before, AppResponse.Of(app), now);
        await db.SaveChangesAsync(ct);
        // Tokens that are out say what the app may do no more; the next ones do not.
        if (before.Scopes.Except(scopes, StringComparer.Ordinal).Any())
            await access.ChangeAccessAsync(await db.Sessions.Where(s => s.App == clientId && s.EndedAt == null).Select(s => s.AccountId).Distinct().ToArrayAsync(ct), ct);
        await transaction.CommitAsync(ct);
        await access.TellAsync(ct);
        return TypedResults.Ok(AppResponse.Of(app));
    }
}
