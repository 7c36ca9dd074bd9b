using System.Text.RegularExpressions;

namespace Insp1r.Contracts.Tests;

/// <summary>docs/events.md, read as the reference that it is: a heading for each event, and below it one example in JSON.</summary>
internal static partial class EventsDocument
{
    public static string Text { get; } = Read();

    /// <summary>The example of each event, by the event's name.</summary>
    public static IReadOnlyDictionary<string, string> Examples { get; } = EventSections()
        .ToDictionary(section => section.Name, section => ExampleOf(section.Body), StringComparer.Ordinal);

    /// <summary>The document with these tables between its marks, by name.</summary>
    public static string With(IReadOnlyDictionary<string, string> tables) => Tables().Replace(Text, table => $"{table.Groups["begin"].Value}\n\n{tables[table.Groups["name"].Value]}\n<!-- end -->");

    public static void Write(string text)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Insp1r.sln")))
            folder = folder.Parent;
        File.WriteAllText(Path.Combine(folder.FullName, "docs", "events.md"), text);
    }

    private static IEnumerable<(string Name, string Body)> EventSections() =>
        Heading().Matches(Text).Select(heading => (heading.Groups["name"].Value, heading.Groups["body"].Value));

    private static string ExampleOf(string section)
    {
        var examples = Example().Matches(section);
        return examples.Count == 1 ? examples[0].Groups["json"].Value : throw new InvalidDataException($"An event has one example, not {examples.Count}: {section}");
    }

    private static string Read()
    {
        using var stream = typeof(EventsDocument).Assembly.GetManifestResourceStream("events.md")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"^### `(?<name>[^`]+)`\n(?<body>.*?)(?=^##|\z)", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^```json\n(?<json>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Example();

    [GeneratedRegex("(?<begin><!-- made of the contracts: (?<name>[a-z]+) -->).*?<!-- end -->", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Tables();
}
