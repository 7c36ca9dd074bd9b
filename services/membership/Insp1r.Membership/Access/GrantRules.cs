using Insp1r.Membership.Nodes;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.Membership.Access;

/// <summary>Who may give which grant, to a client or to a person.</summary>
internal static class GrantRules
{
    /// <summary>
    /// Refuses a grant that is not the caller's to give, but for those that are held already; what is wrong with the writing goes to
    /// <paramref name="errors"/>.
    /// </summary>
    public static ProblemHttpResult? Check(FieldErrors errors, Caller caller, string[] grants, string[] has)
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

    /// <summary>A grant at a node that does not exist would be worth nothing, and somebody would wonder why.</summary>
    public static async Task CheckNodesAsync(FieldErrors errors, string[] grants, NodeDirectory nodes, CancellationToken ct)
    {
        for (var i = 0; i < grants.Length && i < 50; i++)
        {
            if (Grant.TryParse(grants[i], out var grant) && !await nodes.ExistsAsync(grant.Node, ct))
                errors.Add($"/grants/{i}", "unknown-node", $"There is no node {grant.Node}.");
        }
    }
}
