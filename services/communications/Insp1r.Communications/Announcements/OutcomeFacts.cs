using Insp1r.Contracts.Advocacy;
using Insp1r.ServiceDefaults.Access;

namespace Insp1r.Communications.Announcements;

internal sealed record OrganisationNames(string Name, IReadOnlyDictionary<string, string> Names);

/// <summary>How the node that an announcement is for stands to the outcome; the nearest relation counts.</summary>
internal enum Relation
{
    Owner,
    Contributor,
    Substantiator,
    Above,
}

/// <summary>What is known of a confirmed outcome, for the texts about it.</summary>
internal sealed record OutcomeFacts(
    OutcomeSubstantiated Happened, IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> NodeNames, IReadOnlyDictionary<Guid, OrganisationNames> Organisations)
{
    public Relation RelationOf(string node) =>
        node == Happened.State.Node ? Relation.Owner
        : Happened.State.Contributions.Any(contribution => contribution.Node == node) ? Relation.Contributor
        : node == Happened.SubstantiatedBy ? Relation.Substantiator
        : Relation.Above;

    /// <summary>The node's name in this language, in any it has, or its path.</summary>
    public string NodeName(string path, string language) => NodeNames.TryGetValue(path, out var names) ? NameIn(names, language) ?? path : path;

    /// <summary>Each contributing organisation once.</summary>
    public IEnumerable<ContributionState> Contributions => Happened.State.Contributions.DistinctBy(contribution => contribution.OrganisationId);

    /// <summary>
    /// The name of a contributing organisation in what this node says. Null where the organisation is not of the node's own part of the
    /// network: who the members of another network are can endanger people there.
    /// </summary>
    public string? NameTo(string node, ContributionState contribution, string language) =>
        NodePath.Covers(node, contribution.Node) && Organisations.TryGetValue(contribution.OrganisationId, out var organisation)
            ? organisation.Names.GetValueOrDefault(language) ?? organisation.Name
            : null;

    /// <summary>The title in this language; where there is none, in the source language, which is returned too.</summary>
    public (string Title, string? OtherLanguage) Title(string language)
    {
        var titles = Happened.State.Title;
        if (titles.TryGetValue(language, out var title))
            return (title, null);

        var source = titles.ContainsKey(Happened.State.SourceLanguage) ? Happened.State.SourceLanguage : titles.Keys.Order(StringComparer.Ordinal).First();
        return (titles[source], source);
    }

    private static string? NameIn(IReadOnlyDictionary<string, string> names, string language) =>
        names.GetValueOrDefault(language) ?? names.GetValueOrDefault("en") ?? names.Values.FirstOrDefault();
}
