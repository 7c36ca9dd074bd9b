using Insp1r.ServiceDefaults.Http;

namespace Insp1r.Membership.Access.Clients;

/// <summary>
/// <c>id</c> names the client in the audit trail; everywhere else its <c>clientId</c> does. <c>grants</c> are a system's; the members
/// from <c>confidential</c> to <c>deviceFlow</c> say something of apps only.
/// </summary>
internal sealed record ClientResponse(
    Guid Id,
    string ClientId,
    ClientKind Kind,
    string Description,
    string[] Grants,
    string[] Scopes,
    bool Confidential,
    string[] RedirectUris,
    string[] PostLogoutRedirectUris,
    string[] Origins,
    bool DeviceFlow,
    DateTimeOffset CreatedAt,
    string CreatedBy,
    DateTimeOffset? RevokedAt,
    int Version) : IVersioned
{
    public static ClientResponse Of(Client client) => new(
        client.Id, client.ClientId!, client.Kind, client.Description, client.Grants, client.Scopes, client.SecretHash is not null, client.RedirectAddresses,
        client.SignedOutAddresses, client.Origins, client.DeviceFlow, client.CreatedAt, client.CreatedBy, client.RevokedAt, client.Version);
}

/// <summary>A client's secret, shown this once; null for an app that has none.</summary>
internal sealed record ClientSecretResponse(string ClientId, string? Secret, string[] Grants, string[] Scopes, DateTimeOffset? PreviousSecretUntil);
