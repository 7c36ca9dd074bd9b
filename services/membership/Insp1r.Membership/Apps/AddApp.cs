using Insp1r.Membership.Access;
using Insp1r.Membership.Access.Clients;
using Insp1r.Membership.Data;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Apps;

internal static class AddApp
{
    /// <summary><c>redirectUris</c>: https addresses, or http://127.0.0.1/path for a program on the person's own machine (any port).</summary>
    public sealed record Request(string ClientId, string Name, string[] RedirectUris, string[] Scopes);

    public static async Task<Results<Created<AppResponse>, ProblemHttpResult>> HandleAsync(Request request, Caller caller, MembershipDb db, ClientStore clients, TimeProvider clock, CancellationToken ct)
    {
        var errors = new FieldErrors();
        ClientRules.ClientId(errors, request.ClientId);
        AppRules.Check(errors, request.Name, request.RedirectUris, request.Scopes);
        if (errors.Any)
            return errors.ToProblem();
        if (!caller.May(Role.Steward, NodePath.Root))
            return AppErrors.NotYours();

        if (await clients.FindAsync(request.ClientId, ct) is not null)
            return ClientErrors.Taken.ToProblem($"'{request.ClientId}' is an API client.");

        var now = clock.GetUtcNow();
        var app = new App
        {
            Id = Guid.CreateVersion7(now),
            ClientId = request.ClientId,
            Name = request.Name,
            RedirectUris = request.RedirectUris,
            Scopes = request.Scopes,
            CreatedAt = now,
            CreatedBy = caller.Id,
        };
        db.Add(app);
        db.Audit("app", app.Id, app.Version, NodePath.Root, "membership.app-added", null, AppResponse.Of(app), now);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException e) when (e.Violates(AppMapping.UniqueClientId))
        {
            return ClientErrors.Taken.ToProblem($"'{request.ClientId}' is taken.");
        }

        return TypedResults.Created($"/api/v1/apps/{app.ClientId}", AppResponse.Of(app));
    }
}
