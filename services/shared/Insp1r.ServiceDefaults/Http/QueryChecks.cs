using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.ServiceDefaults.Http;

/// <summary>Bounds of the query parameters that several lists share.</summary>
public static class QueryChecks
{
    private const int MaxText = 100;

    public static ProblemHttpResult? Node(string? node) =>
        node is null || NodePath.IsValid(node) ? null : Refuse("node", "bad-node", "A node's path, such as insp1r.africa.rw.");

    public static ProblemHttpResult? Text(string? text) =>
        text is null || (text.Length is > 0 and <= MaxText && !text.Contains('\0')) ? null : Refuse("text", "out-of-range", $"1 to {MaxText} characters.");

    /// <summary>Reads one of an enum's words; null where the parameter was not given.</summary>
    public static ProblemHttpResult? Word<TEnum>(string parameter, string? word, out TEnum? value) where TEnum : struct, Enum
    {
        value = null;
        if (word is null)
            return null;
        if (!Words.TryParse<TEnum>(word, out var parsed))
            return Refuse(parameter, "unknown-word", $"One of {string.Join(", ", Words.All<TEnum>())}.");

        value = parsed;
        return null;
    }

    /// <summary>A code such as ILO, 1.3 or RW.</summary>
    public static ProblemHttpResult? Code(string parameter, string? code) =>
        code is null || (code.Length is > 0 and <= 40 && code.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.'))
            ? null
            : Refuse(parameter, "bad-code", "1 to 40 letters, digits, hyphens and dots.");

    public static ProblemHttpResult Refuse(string parameter, string code, string expected) =>
        CommonErrors.BadQuery.ToProblem($"{parameter}: {expected}", [new FieldError(parameter, code, expected)]);
}
