using Insp1r.ServiceDefaults.Http;

namespace Insp1r.Membership.Access.Clients;

/// <summary><c>id</c> names the client in the audit trail; everywhere else its <c>clientId</c> does.</summary>
internal sealed record ClientResponse(
    Guid Id, string ClientId, string Description, string[] Grants, string[] Scopes, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? RevokedAt, int Version) : IVersioned
{
    public static ClientResponse Of(ApiClient client) =>
        new(client.Id, client.ClientId, client.Description, client.Grants, client.Scopes, client.CreatedAt, client.CreatedBy, client.RevokedAt, client.Version);
}

/// <summary>A client's secret, shown this once.</summary>
internal sealed record ClientSecretResponse(string ClientId, string Secret, string[] Grants, string[] Scopes, DateTimeOffset? PreviousSecretUntil);
