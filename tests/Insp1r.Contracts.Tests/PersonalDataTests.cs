using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Insp1r.ServiceDefaults.Http;
using Xunit;

namespace Insp1r.Contracts.Tests;

/// <summary>No event says anything of a person: what its JSON has is judged by name and by value, and each exception has its reason.</summary>
public sealed partial class PersonalDataTests
{
    /// <summary>Members whose name could be a person's, and what they are.</summary>
    private static readonly Dictionary<string, string> NotOfAPerson = new(StringComparer.Ordinal)
    {
        ["membership.node-*/state/names"] = "names of a network",
        ["membership.body-*/state/names"] = "names of a committee",
        ["membership.organisation-*/state/name"] = "the name of an organisation",
        ["membership.organisation-*/state/names"] = "the name of an organisation",
        ["advocacy.target-*/state/names"] = "names of a government or another body",
        ["advocacy.outcome-*/substantiatedBy"] = "the path of a network",
    };

    [Fact]
    public void G1_NoEventHasAMemberOfAPerson()
    {
        var members = Samples.All.SelectMany(sample => MembersOf(EventTypes.Of(sample.GetType()).Name, Json(sample))).Distinct(StringComparer.Ordinal).ToList();

        var suspect = members.Where(member => OfAPerson().IsMatch(member[(member.LastIndexOf('/') + 1)..])).ToList();

        Assert.Equal(NotOfAPerson.Keys.Order(StringComparer.Ordinal), suspect.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void G1_AnEventAboutAPerson_HasTheirIdAndNothingElse()
    {
        var about = Samples.All.Where(sample => EventTypes.Of(sample.GetType()).Subject == "person").ToList();

        Assert.NotEmpty(about);
        Assert.All(about, sample => Assert.Equal(["state", "state/id", "state/version", "state/node"], MembersOf("", Json(sample)).Select(member => member[1..])));
    }

    [Fact]
    public void G1_WhoIsHidden_StaysInside() => Assert.Equal(
        ["membership.person-hidden.v1", "membership.person-shown.v1"],
        EventTypes.Names.Where(name => EventTypes.Of(EventTypes.Find(name)!).Internal).Order(StringComparer.Ordinal));

    [Fact]
    public void G1_NoEventHasAnAddressOrANumberOfAPerson() => Assert.All(Samples.All, sample => Assert.DoesNotMatch(Reachable(), Json(sample).ToJsonString()));

    [Theory]
    [InlineData("contactName", true)]
    [InlineData("speakers", true)]
    [InlineData("decidedBy", true)]
    [InlineData("phone", true)]
    [InlineData("personId", true)]
    [InlineData("title", false)]
    [InlineData("languages", false)]
    public void G1_TheJudge_KnowsAPersonsMember(string member, bool expected) => Assert.Equal(expected, OfAPerson().IsMatch(member));

    private static JsonNode Json(IEvent sample) => JsonSerializer.SerializeToNode(sample, sample.GetType(), JsonDefaults.Options)!;

    // Events of one record are alike: membership.organisation-registered.v1 is membership.organisation-*.
    private static IEnumerable<string> MembersOf(string name, JsonNode? node)
    {
        var path = name.Contains('-', StringComparison.Ordinal) ? name[..(name.IndexOf('-', StringComparison.Ordinal) + 1)] + "*" : name;
        return Below(path, node);
    }

    private static IEnumerable<string> Below(string path, JsonNode? node) => node switch
    {
        JsonObject json => json.SelectMany(member => Languages.Contains(member.Key, StringComparer.Ordinal) ? [] : Below($"{path}/{member.Key}", member.Value).Prepend($"{path}/{member.Key}")),
        JsonArray array => array.SelectMany(item => Below(path, item)),
        _ => [],
    };

    private static readonly string[] Languages = ["en", "fr", "es"];

    [GeneratedRegex("name|mail|phone|mobile|person|contact|speaker|author|user|owner|member|birth|gender|sex|actor|street|address|By$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex OfAPerson();

    [GeneratedRegex(@"[^""\s]@[^""\s]|\+\d[\d ]{6,}", RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex Reachable();
}
