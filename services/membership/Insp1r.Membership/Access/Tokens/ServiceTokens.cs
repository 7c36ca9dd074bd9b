using Insp1r.ServiceDefaults.Access;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Insp1r.Membership.Access.Tokens;

/// <summary>Access tokens that nobody asked for at the token endpoint: what this service shows to another one.</summary>
internal sealed class ServiceTokens(SigningKeyRing keys, IOptions<AuthorityOptions> authority, TimeProvider clock)
{
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <summary>As the token endpoint would issue it to a client of these grants and scopes.</summary>
    public string Issue(string subject, IEnumerable<string> grants, IEnumerable<string> scopes, TimeSpan lifetime, int accessVersion = 0)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        return _handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = "at+jwt",
            Issuer = authority.Value.IssuerName,
            Audience = AuthorityOptions.Audience,
            IssuedAt = now,
            Expires = now + lifetime,
            SigningCredentials = keys.Current,
            Claims = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                [Claims.Subject] = subject,
                [Claims.ClientId] = subject,
                [Claims.Scope] = string.Join(' ', scopes),
                [Claims.Grants] = grants.ToArray(),
                [Claims.AccessVersion] = accessVersion,
            },
        });
    }
}
