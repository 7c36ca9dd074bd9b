using Insp1r.Membership.Affiliations;
using Insp1r.Membership.Organisations;
using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Membership.Figures;

/// <summary>
/// What a source says. <c>value</c> and <c>qualifier</c> (exactly, about, almost or more-than) are read from the <c>wording</c>, which is quoted. <c>asOf</c> is the first
/// day of the <c>precision</c> (day, month or year) that it is said of: 2014-01-01 with year for "in 2014". <c>source</c> names no person beyond an author.
/// </summary>
internal sealed record FigureContent(
    long Value, string Qualifier, string Wording, DateOnly AsOf, string Source, string Precision = "day", string? SourceUrl = null)
{
    private const long MaxValue = 10_000_000_000;
    private const int MaxText = 1_000;

    public void Check(FieldErrors errors, string at, DateTimeOffset now)
    {
        if (Value is < 0 or > MaxValue)
            errors.Add($"{at}/value", "out-of-range", $"0 to {MaxValue}.");
        errors.OneOf($"{at}/qualifier", Qualifier, FigureWords.Qualifiers, "unknown-qualifier");
        errors.Required($"{at}/wording", Wording, MaxText);
        errors.Required($"{at}/source", Source, MaxText);
        errors.WebAddress($"{at}/sourceUrl", SourceUrl);
        errors.NotInFuture($"{at}/asOf", AsOf, now);
        errors.OneOf($"{at}/precision", Precision, FigureWords.Precisions, "unknown-precision");
        if ((Precision is "month" or "year" && AsOf.Day != 1) || (Precision is "year" && AsOf.Month != 1))
            errors.Add($"{at}/asOf", "not-the-first-day", $"The first day of the {Precision} that it is said of.");
    }
}
