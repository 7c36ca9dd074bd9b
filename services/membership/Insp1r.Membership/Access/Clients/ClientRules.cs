using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.Membership.Access.Clients;

internal static class ClientRules
{
    public static void Scopes(FieldErrors errors, string[] scopes)
    {
        if (scopes.Length == 0)
            errors.Add("/scopes", "required", $"Of {string.Join(", ", ServiceDefaults.Access.Scopes.All)}.");
        for (var i = 0; i < scopes.Length; i++)
            errors.OneOf($"/scopes/{i}", scopes[i], ServiceDefaults.Access.Scopes.All, "unknown-scope");
    }

    /// <summary>
    /// Refuses a grant that is not the caller's to give, but for those the client has already; what is wrong with the writing goes to
    /// <paramref name="errors"/>.
    /// </summary>
    public static ProblemHttpResult? Grants(FieldErrors errors, Caller caller, string[] grants, string[] has)
    {
        if (grants.Length is 0 or > 50)
            errors.Add("/grants", "out-of-range", "1 to 50 grants, such as contributor@insp1r.africa.rw.");
        for (var i = 0; i < grants.Length && i < 50; i++)
        {
            if (has.Contains(grants[i], StringComparer.Ordinal))
                continue;
            if (!Grant.TryParse(grants[i], out var grant))
                errors.Add($"/grants/{i}", "bad-grant", "A role and a node, such as contributor@insp1r.africa.rw.");
            else if (!caller.May(grant.Role == Role.Operator ? Role.Operator : Role.Steward, grant.Node))
                return AccessErrors.OutsideYourNodes.ToProblem($"You cannot give {grant}: be a steward at or above its node (for operator: an operator).");
        }

        return null;
    }
}
