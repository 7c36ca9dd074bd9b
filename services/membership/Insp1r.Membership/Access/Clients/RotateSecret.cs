using Insp1r.Membership.Accounts;
using Insp1r.Membership.Data;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.Membership.Access.Clients;

internal static class RotateSecret
{
    /// <summary>
    /// <c>graceHours</c> (0 to 168, 24 if not given): how long the secret before still counts, so that a running system is switched
    /// over without a gap. 0 for a secret that leaked: it ends at once, and with it the tokens that a system got for it.
    /// </summary>
    public sealed record Request(int GraceHours = 24);

    public static async Task<Results<Ok<ClientSecretResponse>, ProblemHttpResult>> HandleAsync(
        string clientId, Request request, Caller caller, MembershipDb db, AccountAccess access, TimeProvider clock, CancellationToken ct)
    {
        if (await db.FindClientAsync(clientId, caller, ct) is not { } client)
            return ClientErrors.Missing();
        if (client.RevokedAt is not null)
            return ClientErrors.IsRevoked(clientId);
        if (client.SecretHash is null)
            return ClientErrors.NoSecret.ToProblem($"'{clientId}' is an app that could not keep one.");

        var errors = new FieldErrors();
        if (request.GraceHours is < 0 or > 168)
            errors.Add("/graceHours", "out-of-range", "0 to 168 hours.");
        if (errors.Any)
            return errors.ToProblem();

        var now = clock.GetUtcNow();
        var before = ClientResponse.Of(client);
        var secret = RandomSecret.Generate();
        DateTimeOffset? previousUntil = request.GraceHours == 0 ? null : now.AddHours(request.GraceHours);
        client.Rotate(secret, previousUntil, now);
        db.AuditClient(client, "secret-rotated", before, now);
        await access.SaveAsync(ct);
        return TypedResults.Ok(new ClientSecretResponse(clientId, secret, client.Grants, client.Scopes, previousUntil));
    }
}
