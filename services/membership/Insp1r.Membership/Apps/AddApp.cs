using Insp1r.Membership.Access.Clients;
using Insp1r.Membership.Data;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Apps;

internal static class AddApp
{
    /// <summary><c>redirectUris</c>: https addresses, or http://127.0.0.1/path for a program on the person's own machine (any port).</summary>
    public sealed record Request(string ClientId, string Name, string[] RedirectUris, string[] Scopes);

    public static async Task<Results<Created<AppResponse>, ProblemHttpResult>> HandleAsync(Request request, Caller caller, MembershipDb db, TimeProvider clock, CancellationToken ct)
    {
        var errors = new FieldErrors();
        ClientRules.ClientId(errors, request.ClientId);
        errors.Required("/name", request.Name, 100);
        ClientRules.Scopes(errors, request.Scopes);
        if (request.RedirectUris.Length is 0 or > 20)
            errors.Add("/redirectUris", "out-of-range", "1 to 20 addresses.");
        for (var i = 0; i < request.RedirectUris.Length && i < 20; i++)
        {
            if (!IsRedirectUri(request.RedirectUris[i]))
                errors.Add($"/redirectUris/{i}", "bad-address", "An https address without a fragment, or http://127.0.0.1/path.");
        }

        if (errors.Any)
            return errors.ToProblem();
        if (!caller.May(Role.Steward, NodePath.Root))
            return AppErrors.NotYours();

        var app = new App
        {
            ClientId = request.ClientId,
            Name = request.Name,
            RedirectUris = request.RedirectUris,
            Scopes = request.Scopes,
            CreatedAt = clock.GetUtcNow(),
            CreatedBy = caller.Id,
        };
        db.Add(app);
        db.Audit("app", Guid.CreateVersion7(app.CreatedAt), app.Version, NodePath.Root, "membership.app-added", null, AppResponse.Of(app), app.CreatedAt);
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

    private static bool IsRedirectUri(string? text) =>
        text is { Length: <= 500 } && Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri is { Fragment.Length: 0, UserInfo.Length: 0 } && !text.Contains('*')
        && (uri.Scheme == Uri.UriSchemeHttps || App.IsLoopback(uri));
}

internal sealed record AppResponse(
    string ClientId, string Name, string[] RedirectUris, string[] Scopes, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? RevokedAt, int Version) : IVersioned
{
    public static AppResponse Of(App app) => new(app.ClientId, app.Name, app.RedirectUris, app.Scopes, app.CreatedAt, app.CreatedBy, app.RevokedAt, app.Version);
}

internal static class AppErrors
{
    public static ProblemHttpResult NotYours() => AccessErrors.OutsideYourNodes.ToProblem($"Apps are kept by stewards of {NodePath.Root}: they meet people of every node.");

    public static ProblemHttpResult Missing(string clientId) => CommonErrors.NotFound.ToProblem($"There is no app '{(clientId.Length > 60 ? clientId[..60] : clientId)}'.");
}
