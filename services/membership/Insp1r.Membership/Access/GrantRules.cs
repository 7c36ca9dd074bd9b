using Insp1r.Membership.Nodes;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.Membership.Access;

/// <summary>Who may give which grant, to a client or to a person.</summary>
internal static class GrantRules
{
    private const int Most = 50;

    /// <summary>
    /// Refuses a grant that is not the caller's to give, but for those that are held already; what is wrong with the writing goes to
    /// <paramref name="errors"/>.
    /// </summary>
    public static ProblemHttpResult? Check(FieldErrors errors, Caller caller, string[] grants, string[] has)
    {
        if (grants.Length is 0 or > Most)
            errors.Add("/grants", "out-of-range", $"1 to {Most} grants, such as contributor@insp1r.africa.rw.");
        for (var i = 0; i < grants.Length && i < Most; i++)
        {
            if (!has.Contains(grants[i], StringComparer.Ordinal) && Check(errors, $"/grants/{i}", caller, grants[i]) is { } refusal)
                return refusal;
        }

        return null;
    }

    public static ProblemHttpResult? Check(FieldErrors errors, string pointer, Caller caller, string text)
    {
        if (!Grant.TryParse(text, out var grant))
            errors.Add(pointer, "bad-grant", "A role and a node, such as contributor@insp1r.africa.rw.");
        else if (!caller.May(grant.Role == Role.Operator ? Role.Operator : Role.Steward, grant.Node))
            return AccessErrors.OutsideYourNodes.ToProblem($"You cannot give {grant}: be a steward at or above its node (for operator: an operator).");
        return null;
    }

    /// <summary>A grant at a node that does not exist would be worth nothing, and somebody would wonder why.</summary>
    public static async Task CheckNodeAsync(FieldErrors errors, string pointer, string text, NodeDirectory nodes, CancellationToken ct)
    {
        if (Grant.TryParse(text, out var grant) && !await nodes.ExistsAsync(grant.Node, ct))
            errors.Add(pointer, "unknown-node", $"There is no node {grant.Node}.");
    }
}
