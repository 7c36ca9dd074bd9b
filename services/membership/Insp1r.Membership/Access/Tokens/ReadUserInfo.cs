using System.Text.Json.Serialization;
using Insp1r.Membership.Data;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;

namespace Insp1r.Membership.Access.Tokens;

/// <summary>Who it is that let the app in, as far as the person let it know (OpenID Connect, section 5.3).</summary>
internal static class ReadUserInfo
{
    /// <summary><c>name</c> and <c>locale</c> for the scope profile, <c>email</c> for the scope email. Snake case is the standard's.</summary>
    public sealed record Response(
        [property: JsonPropertyName("sub")] string Subject,
        [property: JsonPropertyName("name"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Name,
        [property: JsonPropertyName("locale"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Locale,
        [property: JsonPropertyName("email"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Email,
        [property: JsonPropertyName("email_verified"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? EmailVerified);

    public static async Task<Results<Ok<Response>, ForbidHttpResult>> HandleAsync(HttpContext http, MembershipDb db, CancellationToken ct)
    {
        var token = (await http.AuthenticateAsync(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme)).Principal!;
        // A system's token names nobody.
        if (!token.HasScope(OpenIddictConstants.Scopes.OpenId) || !Guid.TryParse(token.GetClaim(OpenIddictConstants.Claims.Subject), out var id)
            || await db.Accounts.AsNoTracking().SingleOrDefaultAsync(a => a.Id == id, ct) is not { IsOpen: true } account)
            return OAuthErrors.Refuse(OpenIddictConstants.Errors.InsufficientScope, "The token is not of a person who let the app know who they are.");

        var (knowsName, knowsAddress) = (token.HasScope(OpenIddictConstants.Scopes.Profile), token.HasScope(OpenIddictConstants.Scopes.Email));
        return TypedResults.Ok(new Response(
            $"{id}",
            knowsName ? await db.Persons.Where(p => p.Id == account.PersonId).Select(p => p.Name).SingleAsync(ct) : null,
            knowsName ? account.Language : null,
            knowsAddress ? account.Email : null,
            knowsAddress ? account.EmailConfirmed : null));
    }
}
