using Insp1r.ServiceDefaults.Http;

namespace Insp1r.Membership.Apps;

/// <summary><c>id</c> names the app in the audit trail; everywhere else its <c>clientId</c> does.</summary>
internal sealed record AppResponse(
    Guid Id, string ClientId, string Name, string[] RedirectUris, string[] Scopes, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? RevokedAt, int Version) : IVersioned
{
    public static AppResponse Of(App app) => new(app.Id, app.ClientId, app.Name, app.RedirectUris, app.Scopes, app.CreatedAt, app.CreatedBy, app.RevokedAt, app.Version);
}
