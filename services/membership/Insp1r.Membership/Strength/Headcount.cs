using System.Text.Json.Serialization;
using Insp1r.Contracts.Membership;
using Insp1r.Membership.Organisations;
using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Membership.Strength;

/// <summary>
/// How many people in a year: <c>total</c>, of them <c>women</c> and <c>men</c> (who say neither are in the total alone), by <c>ages</c> in the bands 0-14, 15-24,
/// 25-54, 55-64 and 65-plus (those of ILOSTAT, and children), and <c>informalShare</c>, the share of workers in the informal economy in percent. What is not
/// known is left out. <c>source</c> says who counted, and names no person.
/// </summary>
internal sealed record Headcount(
    int Year, int Total, string Source, int? Women = null, int? Men = null, IReadOnlyDictionary<string, int>? Ages = null, decimal? InformalShare = null, string? SourceUrl = null)
{
    private const int MaxSource = 500;

    public static readonly string[] AgeBands = ["0-14", "15-24", "25-54", "55-64", "65-plus"];

    [JsonIgnore]
    public HeadcountState State => new(Year, Total, Women, Men, Ages ?? new Dictionary<string, int>(StringComparer.Ordinal), InformalShare, Source, SourceUrl);

    /// <summary>With the age bands in their order, so that the same is always written the same way.</summary>
    public Headcount Canonical() => this with { Ages = Ages is null or { Count: 0 } ? null : Ages.OrderBy(band => Array.IndexOf(AgeBands, band.Key)).ToDictionary(StringComparer.Ordinal) };

    /// <summary><paramref name="at"/> is the JSON pointer of the headcount, empty for the whole request.</summary>
    public void Check(FieldErrors errors, string at, DateTimeOffset now)
    {
        if (Year < 1900 || Year > now.Year)
            errors.Add($"{at}/year", "out-of-range", $"A year from 1900 to {now.Year}.");
        Count(errors, $"{at}/total", Total);
        Count(errors, $"{at}/women", Women);
        Count(errors, $"{at}/men", Men);
        if ((long)(Women ?? 0) + (Men ?? 0) > Total)
            errors.Add($"{at}/total", "less-than-its-parts", "Women and men together are more than that.");
        foreach (var (band, count) in Ages ?? new Dictionary<string, int>(StringComparer.Ordinal))
        {
            if (!AgeBands.Contains(band, StringComparer.Ordinal))
                errors.Add($"{at}/ages/{FieldErrors.Escape(band)}", "unknown-age-band", $"One of {string.Join(", ", AgeBands)}.");
            else
                Count(errors, $"{at}/ages/{band}", count);
        }

        if (Ages?.Values.Sum(count => (long)count) > Total)
            errors.Add($"{at}/total", "less-than-its-parts", "The age bands together are more than that.");
        if (InformalShare is { } share && (share is < 0 or > 100 || decimal.Round(share, 2) != share))
            errors.Add($"{at}/informalShare", "out-of-range", "A share in percent, 0 to 100, with two decimals at most.");
        errors.Required($"{at}/source", Source, MaxSource);
        errors.WebAddress($"{at}/sourceUrl", SourceUrl);
    }

    private static void Count(FieldErrors errors, string pointer, int? count)
    {
        if (count < 0)
            errors.Add(pointer, "out-of-range", "A number from 0 on.");
    }
}
