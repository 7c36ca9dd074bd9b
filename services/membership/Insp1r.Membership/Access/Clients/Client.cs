using System.Text.Json;
using Insp1r.Membership.Access.Tokens;
using Insp1r.Membership.Accounts;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OpenIddict.EntityFrameworkCore.Models;
using static OpenIddict.Abstractions.OpenIddictConstants;
using May = OpenIddict.Abstractions.OpenIddictConstants.Permissions;

namespace Insp1r.Membership.Access.Clients;

/// <summary>What kind of client it is.</summary>
public enum ClientKind
{
    /// <summary>A national network's system, or another program that acts for itself with grants of its own. It has a secret.</summary>
    System,

    /// <summary>A program that people sign in to and that acts for them.</summary>
    App,
}

/// <summary>What can be changed of a client.</summary>
/// <param name="Description">What it is. Of an app: the name that people know it by.</param>
/// <param name="Grants">At which nodes a system has which role. An app has none of its own: it may what the person may.</param>
/// <param name="RedirectUris">Where an app's answers go: https, or http on the loopback address for a program on the person's own machine.</param>
/// <param name="PostLogoutRedirectUris">Where an app may have the browser sent once the person has signed out.</param>
/// <param name="Origins">From where pages of an app call the API in a browser (CORS).</param>
/// <param name="DeviceFlow">The app has no browser: the person lets it in on another machine (RFC 8628).</param>
internal sealed record ClientContent(
    string Description, string[] Grants, string[] Scopes, string[] RedirectUris, string[] PostLogoutRedirectUris, string[] Origins, bool DeviceFlow)
{
    public static ClientContent Of(Client client) =>
        new(client.Description, client.Grants, client.Scopes, client.RedirectAddresses, client.SignedOutAddresses, client.Origins, client.DeviceFlow);
}

/// <summary>
/// Who gets tokens. What OpenIddict wants to know of it follows from kind, addresses and scopes: the overridden members say it, and no
/// column holds it a second time.
/// </summary>
public sealed class Client : OpenIddictEntityFrameworkCoreApplication<Guid, AccountSession, SessionToken>
{
    public required ClientKind Kind { get; init; }

    public string Description { get; private set; } = "";
    public string[] Grants { get; private set; } = [];
    public string[] Scopes { get; private set; } = [];
    public string[] RedirectAddresses { get; private set; } = [];
    public string[] SignedOutAddresses { get; private set; } = [];
    public string[] Origins { get; private set; } = [];
    public bool DeviceFlow { get; private set; }

    /// <summary>SHA-256 of a secret of 256 random bits: too many to guess, so no slow hash is needed. Null for an app that could not keep one.</summary>
    public byte[]? SecretHash { get; private set; }

    public byte[]? PreviousSecretHash { get; private set; }
    public DateTimeOffset? PreviousSecretUntil { get; private set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required string CreatedBy { get; init; }
    public DateTimeOffset? RevokedAt { get; private set; }
    public int Version { get; private set; } = 1;

    /// <summary>Raised by whatever makes tokens that are out worth less than they say.</summary>
    public int AccessVersion { get; private set; } = 1;
    public DateTimeOffset? AccessChangedAt { get; private set; }

    /// <summary>The lowest node that all grants lie at or below: that node's stewards look after it. An app meets people of every node.</summary>
    public string Node
    {
        get
        {
            var nodes = Grants.Select(text => Grant.TryParse(text, out var grant) ? grant.Node : NodePath.Root).ToArray();
            return nodes.Length == 0 ? NodePath.Root : NodePath.SelfAndAncestors(nodes[0]).First(above => nodes.All(node => NodePath.Covers(above, node)));
        }
    }

    public override string? ApplicationType => RedirectAddresses.Any(address => IsLoopback(new Uri(address))) ? ApplicationTypes.Native : ApplicationTypes.Web;
    public override string? ClientType => SecretHash is null ? ClientTypes.Public : ClientTypes.Confidential;
    public override string? ConsentType => ConsentTypes.Explicit;
    public override string? DisplayName => Description;
    public override string? RedirectUris => JsonSerializer.Serialize(RedirectAddresses);
    public override string? PostLogoutRedirectUris => JsonSerializer.Serialize(SignedOutAddresses);
    public override string? Permissions => JsonSerializer.Serialize(Allowed());

    /// <summary>True where the caller keeps this client: a steward of every node that it has a grant at, or of the whole network for an app.</summary>
    public bool IsIn(Caller caller) => Kind == ClientKind.App
        ? caller.May(Role.Steward, NodePath.Root)
        : Grants.All(text => Grant.TryParse(text, out var grant) && caller.May(Role.Steward, grant.Node));

    internal static Client Add(ClientKind kind, string clientId, ClientContent content, DateTimeOffset at, string by)
    {
        var client = new Client { Id = Guid.CreateVersion7(at), Kind = kind, ClientId = clientId, CreatedAt = at, CreatedBy = by };
        client.Take(content);
        return client;
    }

    /// <summary>Tokens that are out are refused where the client's grants or scopes are others now.</summary>
    internal void Change(ClientContent content, DateTimeOffset at)
    {
        var isAccess = !Grants.SequenceEqual(content.Grants, StringComparer.Ordinal) || !Scopes.SequenceEqual(content.Scopes, StringComparer.Ordinal);
        Touch(at, isAccess);
        Take(content);
    }

    /// <summary>The first secret, of a client that has none yet.</summary>
    public void Give(string secret) => SecretHash = RandomSecret.Hash(secret);

    /// <summary>
    /// Another secret; the one before counts until <paramref name="previousUntil"/>. Where that is null it counts no more, and neither
    /// do the tokens that a system got for it.
    /// </summary>
    public void Rotate(string secret, DateTimeOffset? previousUntil, DateTimeOffset at)
    {
        Touch(at, isAccess: previousUntil is null);
        (PreviousSecretHash, PreviousSecretUntil) = (previousUntil is null ? null : SecretHash, previousUntil);
        Give(secret);
    }

    public bool HasSecret(string secret, DateTimeOffset now)
    {
        var current = RandomSecret.Matches(secret, SecretHash);
        var previous = RandomSecret.Matches(secret, PreviousSecretUntil > now ? PreviousSecretHash : null);
        return current || previous;
    }

    /// <summary>Ends it for good.</summary>
    public void Revoke(DateTimeOffset at)
    {
        Touch(at, isAccess: true);
        (RevokedAt, PreviousSecretHash, PreviousSecretUntil) = (at, null, null);
    }

    public static bool IsLoopback(Uri uri) => uri is { Scheme: "http", Host: "127.0.0.1" or "[::1]" };

    private void Take(ClientContent content) => (Description, Grants, Scopes, RedirectAddresses, SignedOutAddresses, Origins, DeviceFlow) = content;

    private void Touch(DateTimeOffset at, bool isAccess)
    {
        if (RevokedAt is not null)
            throw new InvalidOperationException("The client is revoked.");
        Version++;
        if (isAccess)
            (AccessVersion, AccessChangedAt) = (AccessVersion + 1, at);
    }

    private IEnumerable<string> Allowed() => Kind switch
    {
        ClientKind.System => [May.Endpoints.Token, May.Endpoints.Introspection, May.GrantTypes.ClientCredentials, .. Scopes.Select(scope => May.Prefixes.Scope + scope)],
        _ =>
        [
            May.Endpoints.Authorization, May.Endpoints.PushedAuthorization, May.Endpoints.Token, May.Endpoints.Revocation, May.Endpoints.EndSession,
            May.GrantTypes.AuthorizationCode, May.GrantTypes.RefreshToken, May.ResponseTypes.Code, May.Scopes.Profile, May.Scopes.Email,
            .. Scopes.Select(scope => May.Prefixes.Scope + scope),
            .. DeviceFlow ? (string[])[May.Endpoints.DeviceAuthorization, May.GrantTypes.DeviceCode] : [],
            .. SecretHash is null ? (string[])[] : [May.Endpoints.Introspection],
        ],
    };
}

internal sealed class ClientMapping : IEntityTypeConfiguration<Client>
{
    public const string UniqueClientId = "ak_client_client_id";

    public void Configure(EntityTypeBuilder<Client> client)
    {
        client.ToTable("client");
        client.Property(c => c.Id).ValueGeneratedNever();
        client.Property(c => c.ClientId).IsRequired().UseCollation("C");
        // Sessions name the app as the audit trail does.
        client.HasAlternateKey(c => c.ClientId).HasName(UniqueClientId);
        client.Property(c => c.Kind).IsWord();
        client.Property(c => c.Version).IsConcurrencyToken();
        client.HasIndex(c => c.AccessChangedAt).HasFilter("access_changed_at is not null");
        foreach (var derived in (string[])
            [
                nameof(Client.ApplicationType), nameof(Client.ClientSecret), nameof(Client.ClientType), nameof(Client.ConcurrencyToken), nameof(Client.ConsentType),
                nameof(Client.DisplayName), nameof(Client.DisplayNames), nameof(Client.JsonWebKeySet), nameof(Client.Permissions), nameof(Client.PostLogoutRedirectUris),
                nameof(Client.Properties), nameof(Client.RedirectUris), nameof(Client.Requirements), nameof(Client.Settings),
            ])
            client.Ignore(derived);
    }
}
