using Insp1r.Contracts.Advocacy;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;

namespace Insp1r.Advocacy.Outcomes;

internal enum Verdict
{
    Agree,
    Partly,
    Disagree,
    CannotTell,
}

/// <summary>What another network says of an outcome. Each node says it once.</summary>
internal sealed class Substantiation
{
    public required Guid Id { get; init; }
    public required Guid OutcomeId { get; init; }
    public required string Node { get; init; }
    public required Verdict Verdict { get; init; }
    public string? Comment { get; init; }
    public required DateTimeOffset GivenAt { get; init; }

    public VerdictState ToState() => new(Id, OutcomeId, Node, Words.Of(Verdict), DateOnly.FromDateTime(GivenAt.UtcDateTime));

    /// <summary>
    /// Why this node, or this caller, cannot judge the outcome; null where they are independent of it. A node is not independent
    /// of one above or below it.
    /// </summary>
    public static string? WhyNotIndependent(Outcome outcome, IEnumerable<string> contributing, string node, Caller caller)
    {
        if (AreRelated(node, outcome.Node))
            return $"{node} is {outcome.Node}, which harvested the outcome, or lies above or below it.";
        if (contributing.FirstOrDefault(other => AreRelated(node, other)) is { } own)
            return $"{node} is {own}, whose organisation contributed to the outcome, or lies above or below it.";
        if (caller.May(Role.Contributor, outcome.Node))
            return $"You may record outcomes for {outcome.Node}, so you cannot confirm them.";

        return null;
    }

    private static bool AreRelated(string node, string other) => NodePath.Covers(node, other) || NodePath.Covers(other, node);
}

/// <summary>How many agreeing networks make an outcome substantiated.</summary>
internal sealed class SubstantiationOptions
{
    public const string Section = "Substantiation";

    /// <summary>1 to 10; 1 if not configured.</summary>
    public int AgreementsNeeded { get; set; } = 1;
}
