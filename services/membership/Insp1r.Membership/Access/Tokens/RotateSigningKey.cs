using Insp1r.ServiceDefaults.Access;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.Membership.Access.Tokens;

/// <summary>Keys are renewed by themselves every 90 days; an operator does it sooner where a key may be known to others.</summary>
internal static class RotateSigningKey
{
    /// <summary><c>signs</c>: new tokens are signed with this one. A younger key waits until every service has read it.</summary>
    public sealed record Response(string KeyId, DateTimeOffset CreatedAt, bool Signs);

    public static void MapSigningKeys(this IEndpointRouteBuilder api)
    {
        var keys = api.MapGroup("/operations/membership/signing-keys").WithTags("Operations").Requires(Role.Operator, Scopes.Operate);
        keys.MapGet("/", (SigningKeyRing signing) => Answer(signing)).WithName("ListSigningKeys").WithSummary("The keys that tokens are signed and checked with");
        keys.MapPost("/", HandleAsync).WithName("RotateSigningKey").WithSummary("Add a signing key")
            .WithDescription("It signs after five minutes, when every service has read it. The one before is believed for an hour more: no token is lost.");
    }

    private static async Task<Ok<Response[]>> HandleAsync(SigningKeyRing signing, CancellationToken ct)
    {
        await signing.RotateAsync(ct);
        return Answer(signing);
    }

    private static Ok<Response[]> Answer(SigningKeyRing signing) => TypedResults.Ok(signing.Describe().ToArray());
}
