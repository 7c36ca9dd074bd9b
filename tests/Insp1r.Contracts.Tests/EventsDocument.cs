using System.Text.RegularExpressions;

namespace Insp1r.Contracts.Tests;

/// <summary>docs/events.md, read as the reference that it is: a heading for each event, and below it one example in JSON.</summary>
internal static partial class EventsDocument
{
    private static readonly string Text = Read();

    /// <summary>The example of each event, by the event's name.</summary>
    public static IReadOnlyDictionary<string, string> Examples { get; } = EventSections()
        .ToDictionary(section => section.Name, section => ExampleOf(section.Body), StringComparer.Ordinal);

    /// <summary>Queue and event of each row of the table of listeners.</summary>
    public static IReadOnlyList<(string Queue, string Event)> Listeners { get; } =
        [.. ListenerRow().Matches(Text).SelectMany(row => EventName().Matches(row.Groups["events"].Value).Select(name => (row.Groups["queue"].Value, name.Groups["name"].Value)))];

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

    [GeneratedRegex(@"^\| `(?<queue>(?:membership|advocacy|communications)\.[a-z-]+)` \|(?<events>.*)\|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex ListenerRow();

    [GeneratedRegex("`(?<name>[a-z-]+\\.[a-z-]+\\.v[0-9]+)`", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex EventName();
}
