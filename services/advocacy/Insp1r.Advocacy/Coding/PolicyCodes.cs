using System.Text.RegularExpressions;
using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Advocacy.Coding;

/// <summary>The nine branches of social security (ILO Convention 102, 1952).</summary>
internal enum SocialProtectionBranch
{
    MedicalCare,
    Sickness,
    Unemployment,
    OldAge,
    EmploymentInjury,
    Family,
    Maternity,
    Invalidity,
    Survivors,
}

/// <summary>Targets of the Sustainable Development Goals, such as 1.3 or 1.a: all 169 of the UN's list (A/RES/70/1).</summary>
internal static class SdgTargets
{
    // For each goal: how many numbered targets, and how many lettered ones (means of implementation).
    private static readonly (int Numbered, int Lettered)[] Goals =
    [
        (5, 2), (5, 3), (9, 4), (7, 3), (6, 3), (6, 2), (3, 2), (10, 2), (5, 3), (7, 3), (7, 3), (8, 3), (3, 2), (7, 3), (9, 3), (10, 2), (19, 0),
    ];

    private static readonly HashSet<string> All = [.. Goals.SelectMany((goal, index) =>
        Enumerable.Range(1, goal.Numbered).Select(target => $"{index + 1}.{target}")
            .Concat(Enumerable.Range(0, goal.Lettered).Select(target => $"{index + 1}.{(char)('a' + target)}")))];

    public static int Count => All.Count;

    public static bool IsKnown(string code) => All.Contains(code);
}

/// <summary>International labour standards by their ILO code: C102, R202, P029.</summary>
internal static partial class Instruments
{
    public static bool IsCode(string code) => Code().IsMatch(code);

    [GeneratedRegex(@"^[CRP][0-9]{3}\z")]
    private static partial Regex Code();
}

internal static class PolicyCodeFields
{
    private const int MaxCodes = 30;

    public static void SdgTargets(this FieldErrors errors, string pointer, IReadOnlyList<string>? codes) =>
        Codes(errors, pointer, codes, Coding.SdgTargets.IsKnown, "unknown-sdg-target", "A target of the Sustainable Development Goals, such as 1.3.");

    public static void Instruments(this FieldErrors errors, string pointer, IReadOnlyList<string>? codes) =>
        Codes(errors, pointer, codes, Coding.Instruments.IsCode, "bad-instrument", "The ILO's code of a convention, recommendation or protocol, such as C102 or R202.");

    private static void Codes(FieldErrors errors, string pointer, IReadOnlyList<string>? codes, Predicate<string> isKnown, string code, string expected)
    {
        errors.Count(pointer, codes, MaxCodes);
        for (var i = 0; i < codes?.Count && i < MaxCodes; i++)
        {
            if (codes[i] is not null && !isKnown(codes[i]))
                errors.Add($"{pointer}/{i}", code, expected);
        }
    }
}
