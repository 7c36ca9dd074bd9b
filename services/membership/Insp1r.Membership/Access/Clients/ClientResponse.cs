using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.Membership.Access.Clients;

internal sealed record ClientResponse(
    string ClientId, string Description, string[] Grants, string[] Scopes, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? RevokedAt, int Version) : IVersioned
{
    public static ClientResponse Of(ApiClient client) =>
        new(client.ClientId, client.Description, client.Grants, client.Scopes, client.CreatedAt, client.CreatedBy, client.RevokedAt, client.Version);
}

/// <summary>A client's secret, shown this once.</summary>
internal sealed record ClientSecretResponse(string ClientId, string Secret, string[] Grants, string[] Scopes, DateTimeOffset? PreviousSecretUntil);

internal static class ClientErrors
{
    public static readonly Error Taken = new(409, "client-id-taken", "There is a client of this name");
    public static readonly Error Revoked = new(409, "client-revoked", "The client is revoked");

    public static ProblemHttpResult Missing() => CommonErrors.NotFound.ToProblem("There is no such client inside your nodes.");

    public static ProblemHttpResult IsRevoked(string clientId) => Revoked.ToProblem($"'{clientId}' was ended for good; add another client.");
}

internal static class ClientRules
{
    public static void Scopes(FieldErrors errors, string[] scopes)
    {
        if (scopes.Length == 0)
            errors.Add("/scopes", "required", $"Of {string.Join(", ", ServiceDefaults.Access.Scopes.All)}.");
        for (var i = 0; i < scopes.Length; i++)
            errors.OneOf($"/scopes/{i}", scopes[i], ServiceDefaults.Access.Scopes.All, "unknown-scope");
    }

    /// <summary>Refuses a grant that is not the caller's to give; what is wrong with its writing goes to <paramref name="errors"/>.</summary>
    public static ProblemHttpResult? Grants(FieldErrors errors, Caller caller, string[] grants)
    {
        if (grants.Length is 0 or > 50)
            errors.Add("/grants", "out-of-range", "1 to 50 grants, such as contributor@insp1r.africa.rw.");
        for (var i = 0; i < grants.Length && i < 50; i++)
        {
            if (!Grant.TryParse(grants[i], out var grant))
                errors.Add($"/grants/{i}", "bad-grant", "A role and a node, such as contributor@insp1r.africa.rw.");
            else if (!caller.May(grant.Role == Role.Operator ? Role.Operator : Role.Steward, grant.Node))
                return AccessErrors.OutsideYourNodes.ToProblem($"You cannot give {grant}: be a steward at or above its node (for operator: an operator).");
        }

        return null;
    }
}
