using System.Security.Cryptography;
using Insp1r.ServiceDefaults.Access;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Insp1r.Testing;

/// <summary>
/// Access tokens for tests of one service, signed with a key of the test's own. <see cref="Register"/> makes the service believe it:
/// there is no membership service to issue tokens, nor one to read keys from.
/// </summary>
public sealed class TestTokens : IDisposable
{
    public const string Issuer = "http://127.0.0.1:8080";

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsaSecurityKey _signingKey;

    public TestTokens() => _signingKey = new ECDsaSecurityKey(_key) { KeyId = "test" };

    public void Register(SigningKeys keys) => keys.Set([_signingKey]);

    /// <summary>A token for a client; grants are written as in a token, such as <c>contributor@insp1r.africa.rw</c>.</summary>
    public string Issue(string clientId, IEnumerable<string> grants, params string[] scopes) =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = "at+jwt",
            Issuer = new AuthorityOptions { Issuer = Issuer }.IssuerName,
            Audience = AuthorityOptions.Audience,
            IssuedAt = DateTime.UtcNow,
            Expires = DateTime.UtcNow.AddHours(1),
            SigningCredentials = new SigningCredentials(_signingKey, SecurityAlgorithms.EcdsaSha256),
            Claims = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["sub"] = clientId,
                [Claims.ClientId] = clientId,
                [Claims.Scope] = string.Join(' ', scopes),
                [Claims.Grants] = grants.ToArray(),
            },
        });

    public void Dispose() => _key.Dispose();
}

/// <summary>Puts one token on each request.</summary>
public sealed class BearerHandler(string token) : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false })
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Authorization ??= new("Bearer", token);
        return base.SendAsync(request, cancellationToken);
    }
}
