namespace Insp1r.Communications.Tests;

/// <summary>A public event that quotes people, as a client sends it.</summary>
internal static class Launches
{
    public static object[] Speakers(params (string Name, Guid? Person)[] speakers) =>
        [.. speakers.Select(speaker => new { name = speaker.Name, organisation = $"Cooperative of {speaker.Name}", personId = speaker.Person })];

    public static object Launch(string node, params (string Name, Guid? Person)[] speakers) => new
    {
        node,
        title = new { en = "Online launch" },
        sourceLanguage = "en",
        startsOn = "2022-02-03",
        participants = 300,
        source = "https://example.org/launch",
        speakers = Speakers(speakers),
    };
}
