
namespace Insp1r.Communications.Announcements;

/// <summary>How a confirmed outcome is announced in one language: sentences of that language, not words put in gaps.</summary>
internal abstract class OutcomeAnnouncement
{
    private static readonly Dictionary<string, OutcomeAnnouncement> ByLanguage = new(StringComparer.Ordinal)
    {
        ["en"] = new English(),
        ["fr"] = new French(),
        ["es"] = new Spanish(),
    };

    public static OutcomeAnnouncement In(string language) => ByLanguage[language];

    protected abstract string Language { get; }

    public AnnouncementText Write(string node, OutcomeFacts facts)
    {
        var (title, otherLanguage) = facts.Title(Language);
        var marked = otherLanguage is null ? "" : $" ({InLanguage(otherLanguage)})";
        var state = facts.Happened.State;

        string?[] paragraphs =
        [
            Opening(facts.RelationOf(node), facts.NodeName(state.Node, Language), facts.NodeName(facts.Happened.SubstantiatedBy, Language), Day(facts.Happened.SubstantiatedOn)),
            Quote(title) + marked,
            state.OccurredOn is { } occurredOn ? Occurrence(Day(occurredOn), state.Country is null ? null : InCountry(state.Country)) : null,
            facts.Contributions.Any() ? Contributions(Contributors(node, facts), facts.Contributions.Count()) : null,
            Closing(facts.NodeName(facts.Happened.SubstantiatedBy, Language)),
        ];
        return new AnnouncementText(Subject(title) + marked, string.Join("\n\n", paragraphs.OfType<string>()));
    }

    protected abstract string Subject(string title);
    protected abstract string Opening(Relation relation, string owner, string substantiator, string day);
    protected abstract string Quote(string title);
    protected abstract string Occurrence(string day, string? inCountry);
    protected abstract string Contributions(IReadOnlyList<string> contributors, int organisations);
    protected abstract string Members(int count, string network);
    protected abstract string Closing(string substantiator);
    protected abstract string InLanguage(string language);
    protected abstract string Day(DateOnly day);

    // The node's own organisations by name; of another network's, how many.
    private IReadOnlyList<string> Contributors(string node, OutcomeFacts facts) =>
    [
        .. facts.Contributions.Select(contribution => facts.NameTo(node, contribution, Language)).OfType<string>(),
        .. facts.Contributions.Where(contribution => facts.NameTo(node, contribution, Language) is null)
            .GroupBy(contribution => contribution.Node, StringComparer.Ordinal)
            .Select(network => Members(network.Count(), facts.NodeName(network.Key, Language))),
    ];

    /// <summary>Null where there are no words for it: the announcement then says when, and not where.</summary>
    private string? InCountry(string country) => CountryPhrases.In(country, Language);

    protected static string List(IReadOnlyList<string> items, string and) =>
        items.Count == 1 ? items[0] : $"{string.Join(", ", items.Take(items.Count - 1))} {and} {items[^1]}";

    private sealed class English : OutcomeAnnouncement
    {
        private static readonly string[] Months =
            ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

        protected override string Language => "en";

        protected override string Subject(string title) => $"Outcome confirmed: {title}";

        protected override string Opening(Relation relation, string owner, string substantiator, string day) => relation switch
        {
            Relation.Owner => $"On {day}, {substantiator} confirmed an outcome that our network, {owner}, had recorded:",
            Relation.Contributor => $"On {day}, {substantiator} confirmed an outcome recorded by {owner}, to which members of our network contributed:",
            Relation.Substantiator => $"On {day}, our network, {substantiator}, confirmed an outcome recorded by {owner}:",
            _ => $"On {day}, {substantiator} confirmed an outcome recorded by {owner}:",
        };

        protected override string Quote(string title) => $"“{title}”";

        protected override string Occurrence(string day, string? inCountry) => inCountry is null ? $"It occurred on {day}." : $"It occurred {inCountry} on {day}.";

        protected override string Contributions(IReadOnlyList<string> contributors, int organisations) => $"Contributions came from {List(contributors, "and")}.";

        protected override string Members(int count, string network) => count == 1 ? $"a member of {network}" : $"{count} members of {network}";

        protected override string Closing(string substantiator) =>
            $"{substantiator} is independent of the network that recorded this outcome and of those that contributed to it.";

        protected override string InLanguage(string language) => language switch { "fr" => "in French", "es" => "in Spanish", _ => "in English" };

        protected override string Day(DateOnly day) => $"{day.Day} {Months[day.Month - 1]} {day.Year}";
    }

    private sealed class French : OutcomeAnnouncement
    {
        // A space that does not break, before a colon and inside quotation marks.
        private const string Space = "\u00a0";

        private static readonly string[] Months =
            ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"];

        protected override string Language => "fr";

        protected override string Subject(string title) => $"Résultat confirmé{Space}: {title}";

        protected override string Opening(Relation relation, string owner, string substantiator, string day) => relation switch
        {
            Relation.Owner => $"Le {day}, {substantiator} a confirmé un résultat que notre réseau, {owner}, avait consigné{Space}:",
            Relation.Contributor => $"Le {day}, {substantiator} a confirmé un résultat consigné par {owner}, auquel des membres de notre réseau ont contribué{Space}:",
            Relation.Substantiator => $"Le {day}, notre réseau, {substantiator}, a confirmé un résultat consigné par {owner}{Space}:",
            _ => $"Le {day}, {substantiator} a confirmé un résultat consigné par {owner}{Space}:",
        };

        protected override string Quote(string title) => $"«{Space}{title}{Space}»";

        protected override string Occurrence(string day, string? inCountry) => inCountry is null ? $"Il s’est produit le {day}." : $"Il s’est produit le {day} {inCountry}.";

        protected override string Contributions(IReadOnlyList<string> contributors, int organisations) => $"Y ont contribué{Space}: {List(contributors, "et")}.";

        protected override string Members(int count, string network) => count == 1 ? $"un membre du réseau {network}" : $"{count} membres du réseau {network}";

        protected override string Closing(string substantiator) =>
            $"Le réseau {substantiator} est indépendant de celui qui a consigné ce résultat et de ceux qui y ont contribué.";

        protected override string InLanguage(string language) => language switch { "en" => "en anglais", "es" => "en espagnol", _ => "en français" };

        protected override string Day(DateOnly day) => $"{(day.Day == 1 ? "1er" : day.Day)} {Months[day.Month - 1]} {day.Year}";
    }

    private sealed class Spanish : OutcomeAnnouncement
    {
        private static readonly string[] Months =
            ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"];

        protected override string Language => "es";

        protected override string Subject(string title) => $"Resultado confirmado: {title}";

        protected override string Opening(Relation relation, string owner, string substantiator, string day) => relation switch
        {
            Relation.Owner => $"El {day}, {substantiator} confirmó un resultado que nuestra red, {owner}, había registrado:",
            Relation.Contributor => $"El {day}, {substantiator} confirmó un resultado registrado por {owner}, al que contribuyeron miembros de nuestra red:",
            Relation.Substantiator => $"El {day}, nuestra red, {substantiator}, confirmó un resultado registrado por {owner}:",
            _ => $"El {day}, {substantiator} confirmó un resultado registrado por {owner}:",
        };

        protected override string Quote(string title) => $"«{title}»";

        protected override string Occurrence(string day, string? inCountry) => inCountry is null ? $"Se produjo el {day}." : $"Se produjo el {day} {inCountry}.";

        protected override string Contributions(IReadOnlyList<string> contributors, int organisations) => organisations == 1
            ? $"Contribuyó a él {contributors[0]}."
            : $"Contribuyeron a él {List(contributors, And(contributors[^1]))}.";

        protected override string Members(int count, string network) => count == 1 ? $"un miembro de la red {network}" : $"{count} miembros de la red {network}";

        protected override string Closing(string substantiator) =>
            $"La red {substantiator} es independiente de la que registró este resultado y de las que contribuyeron a él.";

        protected override string InLanguage(string language) => language switch { "en" => "en inglés", "fr" => "en francés", _ => "en español" };

        protected override string Day(DateOnly day) => $"{day.Day} de {Months[day.Month - 1]} de {day.Year}";

        // "y" becomes "e" before the sound of an i.
        private static string And(string next) =>
            next.StartsWith('i') || next.StartsWith('I') || next.StartsWith('í') || next.StartsWith('Í')
            || (next.StartsWith("hi", StringComparison.OrdinalIgnoreCase) && !next.StartsWith("hie", StringComparison.OrdinalIgnoreCase)) ? "e" : "y";
    }
}
