using Insp1r.Membership.Organisations;
using Insp1r.Membership.Reference;

namespace Insp1r.Membership.Duplicates;

/// <summary>
/// Why two records may be one organisation. Each reason has a weight (0 to 1), and the score is what is left of the doubt after all of them:
/// 1 - (1 - w1)(1 - w2)... Records of different countries keep six tenths of that.
/// </summary>
internal static class Likeness
{
    private const double LeastSimilar = 0.5;
    private const double Names = 0.9;
    private const double SameAcronym = 0.5;
    private const double SameInitials = 0.6;
    private const double SameWebsite = 0.7;
    private const double SameCountry = 0.2;
    private const double OtherCountry = -0.4;

    /// <summary><c>field</c> is name, acronym, initials, website or country; <c>a</c> and <c>b</c> what the records have there. A negative weight speaks against it.</summary>
    public sealed record Reason(string Field, string A, string B, double Weight);

    public static (double Score, IReadOnlyList<Reason> Reasons) Of(OrganisationResponse a, OrganisationResponse b) => Of(ContentOf(a), ContentOf(b));

    public static (double Score, IReadOnlyList<Reason> Reasons) Of(OrganisationContent a, OrganisationContent b)
    {
        var reasons = new List<Reason>();
        var (nameA, nameB, similarity) = NamesOf(a).SelectMany(one => NamesOf(b).Select(other => (one, other, Trigrams.Similarity(one, other)))).MaxBy(pair => pair.Item3);
        if (similarity >= LeastSimilar)
            reasons.Add(new Reason("name", nameA, nameB, Math.Round(Names * similarity, 2)));

        var (shortA, shortB) = (ShortsOf(a), ShortsOf(b));
        if (SearchKeys.Short(a.Acronym) is { } acronym && acronym == SearchKeys.Short(b.Acronym))
            reasons.Add(new Reason("acronym", a.Acronym!, b.Acronym!, SameAcronym));
        else if (NamesOf(b).FirstOrDefault(name => SearchKeys.Initials(name) is { } initials && shortA.ContainsKey(initials)) is { } longB)
            reasons.Add(new Reason("initials", shortA[SearchKeys.Initials(longB)!], longB, SameInitials));
        else if (NamesOf(a).FirstOrDefault(name => SearchKeys.Initials(name) is { } initials && shortB.ContainsKey(initials)) is { } longA)
            reasons.Add(new Reason("initials", longA, shortB[SearchKeys.Initials(longA)!], SameInitials));

        if (SearchKeys.Site(a.Website) is { } site && site == SearchKeys.Site(b.Website))
            reasons.Add(new Reason("website", a.Website!, b.Website!, SameWebsite));
        if (reasons.Count == 0)
            return (0, reasons);

        var same = a.Country == b.Country;
        reasons.Add(new Reason("country", a.Country, b.Country, same ? SameCountry : OtherCountry));
        var sure = 1 - reasons.Aggregate(1.0, (doubt, reason) => doubt * (1 - Math.Max(0, reason.Weight)));
        return (Math.Round(same ? sure : sure * (1 + OtherCountry), 2), reasons);
    }

    private static OrganisationContent ContentOf(OrganisationResponse o) => new(o.Name, o.Names, o.Acronym, o.Country, [.. o.Types], o.Website);

    private static IEnumerable<string> NamesOf(OrganisationContent o) => o.Names.Values.Prepend(o.Name);

    // What it is called in short: its acronym, and names that are one word. By the folded form.
    private static Dictionary<string, string> ShortsOf(OrganisationContent o)
    {
        var shorts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in NamesOf(o).Where(name => SearchKeys.Initials(name) is null).Append(o.Acronym))
        {
            if (SearchKeys.Short(text) is { } key)
                shorts.TryAdd(key, text!);
        }

        return shorts;
    }
}
