using System.Collections;
using System.Text.Json;
using System.Text.RegularExpressions;
using Insp1r.ServiceDefaults.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.ServiceDefaults.Problems;

/// <summary>What a value of a type looks like, from the framework's message about one that does not: never the value itself, nor our names of types.</summary>
internal static partial class ExpectedValue
{
    private const string Unsaid = "The value is not of the expected type.";

    /// <summary>Of a message such as "... could not be converted to System.DateOnly. Path: ...", and the pointer to the value.</summary>
    public static string OfJson(string message, string pointer)
    {
        if (JsonMessage().Match(message) is not { Success: true } match || Resolve(match.Groups["type"].Value) is not { } type)
            return Unsaid;

        // Of a member that is a constructor's parameter, the framework names the type that the constructor makes.
        var member = pointer[(pointer.LastIndexOf('/') + 1)..];
        var value = type.GetProperties().FirstOrDefault(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name) == member)?.PropertyType;
        return OfType(value ?? type) ?? Unsaid;
    }

    /// <summary>
    /// The answer to a message such as "Failed to bind parameter "Nullable&lt;DateOnly&gt; from" from "x"." or "Required parameter "string node" was
    /// not provided from query string."; null for another one.
    /// </summary>
    public static ProblemHttpResult? Refuse(string message)
    {
        if (message.StartsWith("Implicit body inferred", StringComparison.Ordinal) || message.EndsWith("was not provided from body.", StringComparison.Ordinal))
            return CommonErrors.BadRequest.ToProblem("A body is expected here: send JSON.", [new FieldError("", "required", "A JSON body.")]);
        if (UnreadMessage().Match(message) is { Success: true } unread)
            return BadRequest(NameOf(unread), "bad-value", OfName(unread.Groups["type"].Value) ?? Unsaid);
        if (MissingMessage().Match(message) is not { Success: true } missing)
            return null;

        var expected = $"Required. {OfName(missing.Groups["type"].Value)}".TrimEnd();
        return missing.Groups["query"].Success ? QueryChecks.Refuse(NameOf(missing), "required", expected) : BadRequest(NameOf(missing), "required", expected);
    }

    private static ProblemHttpResult BadRequest(string parameter, string code, string expected) =>
        CommonErrors.BadRequest.ToProblem($"{parameter}: {expected}", [new FieldError(parameter, code, expected)]);

    private static string NameOf(Match message) => JsonNamingPolicy.CamelCase.ConvertName(message.Groups["name"].Value);

    private static string? OfName(string type) => type switch
    {
        "DateOnly" => "A day, such as 2024-02-01.",
        "DateTimeOffset" => "A moment, such as 2024-02-01T10:00:00Z.",
        "Guid" => "An id, such as 0197a001-0000-7000-8000-000000000001.",
        "Int32" or "Int64" or "int" or "long" => "A whole number.",
        "Decimal" or "Double" or "decimal" or "double" => "A number.",
        "Boolean" or "bool" => "true or false.",
        "String" or "string" => "A text.",
        _ => null,
    };

    private static string? OfType(Type type) => OfName(type.Name) ?? type switch
    {
        { IsEnum: true } => $"One of {string.Join(", ", Words.All(type))}.",
        { Name: "Nullable`1" or "Optional`1" } => OfType(type.GenericTypeArguments[0]),
        { Name: "Dictionary`2" or "IDictionary`2" or "IReadOnlyDictionary`2" } => $"An object. {Each("member", type.GenericTypeArguments[1])}".TrimEnd(),
        _ when type.IsAssignableTo(typeof(IEnumerable)) => $"A list. {Each("item", type.GetElementType() ?? type.GenericTypeArguments.FirstOrDefault())}".TrimEnd(),
        { Namespace: { } space } when space.StartsWith("Insp1r.", StringComparison.Ordinal) => "An object.",
        _ => null,
    };

    private static string? Each(string part, Type? type) => type is not null && OfType(type) is { } expected ? $"Each {part}: {char.ToLowerInvariant(expected[0])}{expected[1..]}" : null;

    private static Type? Resolve(string name) => Type.GetType(
        name, assemblyResolver: null, (_, simple, _) => AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.GetType(simple)).FirstOrDefault(type => type is not null));

    [GeneratedRegex(@"converted to (?<type>[A-Za-z0-9_.,+`\[\]]+)\.(?: Path|$)", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex JsonMessage();

    [GeneratedRegex("^Failed to bind parameter \"(?:Nullable<)?(?<type>[A-Za-z0-9]+)>? (?<name>[A-Za-z]+)\" from ", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex UnreadMessage();

    [GeneratedRegex("^Required parameter \"(?<type>.+) (?<name>[A-Za-z]+)\" was not provided from (?:(?<query>query string)|.*)\\.$", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex MissingMessage();
}
