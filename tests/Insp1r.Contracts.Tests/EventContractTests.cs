using System.Text.Json;
using System.Text.Json.Nodes;
using Insp1r.ServiceDefaults.Http;
using Xunit;

namespace Insp1r.Contracts.Tests;

/// <summary>The JSON of an event is a contract with every national network: docs/events.md pins it, and a change of it is a new version.</summary>
public sealed class EventContractTests
{
    private static readonly JsonSerializerOptions Indented = new(JsonDefaults.Options) { WriteIndented = true };

    public static TheoryData<string> Names => [.. EventTypes.Names.Order(StringComparer.Ordinal)];

    [Fact]
    public void Document_NamesEveryEventAndNoOther() =>
        Assert.Equal(EventTypes.Names.Order(StringComparer.Ordinal), EventsDocument.Examples.Keys.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    public void Event_Written_IsTheJsonOfTheDocument(string name)
    {
        var sample = Sample(name);

        Assert.Equal(EventsDocument.Examples[name].Trim(), JsonSerializer.Serialize(sample, sample.GetType(), Indented));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Event_ReadFromTheDocument_LosesNothing(string name)
    {
        var example = EventsDocument.Examples[name];

        var read = JsonSerializer.Deserialize(example, EventTypes.Find(name)!, JsonDefaults.Options)!;

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(example), JsonSerializer.SerializeToNode(read, read.GetType(), JsonDefaults.Options)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Event_Name_IsServiceSubjectAndVersion(string name)
    {
        var type = EventTypes.Of(EventTypes.Find(name)!);

        Assert.Matches($"^(membership|advocacy|communications)\\.{type.Subject}-[a-z]+\\.v[1-9]$", name);
    }

    /// <summary>Made anew by <c>INSP1R_WRITE_DOCS=1</c>, for whoever changed an event.</summary>
    [Fact]
    public void Document_Tables_AreMadeOfTheContracts()
    {
        var made = EventsDocument.With(EventTables.All);

        if (Environment.GetEnvironmentVariable("INSP1R_WRITE_DOCS") == "1")
            EventsDocument.Write(made);
        else
            Assert.Equal(made, EventsDocument.Text);
    }

    private static IEvent Sample(string name) => Samples.All.Single(sample => EventTypes.Of(sample.GetType()).Name == name);
}
