using System.Text.RegularExpressions;
using Insp1r.ServiceDefaults.Http;

namespace Insp1r.ServiceDefaults.Problems;

/// <summary>What a value of a type looks like, from the framework's message about one that does not: never the value itself.</summary>
internal static partial class ExpectedValue
{
    private const string Unsaid = "The value is not of the expected type.";

    /// <summary>Of a message such as "... could not be converted to System.DateOnly. Path: ...".</summary>
    public static string OfJson(string message) => JsonMessage().Match(message) is { Success: true } match ? OfType(match.Groups["type"].Value) : Unsaid;

    /// <summary>The parameter and what it takes, of a message such as "Failed to bind parameter "Nullable&lt;DateOnly&gt; from" from "x"."; null for another one.</summary>
    public static FieldError? OfQuery(string message) => QueryMessage().Match(message) is { Success: true } match
        ? new FieldError(char.ToLowerInvariant(match.Groups["name"].Value[0]) + match.Groups["name"].Value[1..], "bad-value", OfType(match.Groups["type"].Value))
        : null;

    private static string OfType(string name) => name[(name.LastIndexOf('.') + 1)..] switch
    {
        "DateOnly" => "A day, such as 2024-02-01.",
        "DateTimeOffset" => "A moment, such as 2024-02-01T10:00:00Z.",
        "Guid" => "An id, such as 0197a001-0000-7000-8000-000000000001.",
        "Int32" or "Int64" or "int" or "long" => "A whole number.",
        "Boolean" or "bool" => "true or false.",
        "String" or "string" => "A text.",
        _ => AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.GetType(name)).FirstOrDefault(type => type?.IsEnum == true) is { } words
            ? $"One of {string.Join(", ", Words.All(words))}."
            : Unsaid,
    };

    [GeneratedRegex(@"converted to (?:System\.Nullable`1\[)?(?<type>[A-Za-z0-9_.+]+)\]?\.(?: Path|$)", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex JsonMessage();

    [GeneratedRegex("^Failed to bind parameter \"(?:Nullable<)?(?<type>[A-Za-z0-9]+)>? (?<name>[A-Za-z]+)\" from ", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex QueryMessage();
}
