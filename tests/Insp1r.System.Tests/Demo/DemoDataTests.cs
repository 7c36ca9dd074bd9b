using System.Text.Json.Nodes;
using Insp1r.Testing.Stack;

namespace Insp1r.System.Tests.Demo;

/// <summary>The platform with its demo data, counted once more from the files themselves (features.md, D1).</summary>
public sealed class DemoDataTests
{
    private static readonly string Program = Path.Combine(PlatformStack.Root, "clients", "Insp1r.DemoData");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task D1_CountsOverTheDemoData_AreThoseOfAnIndependentRecount_NowAndOnADay()
    {
        await using var stack = await PlatformStack.StartAsync(new StackOptions("demo"), Ct);
        Assert.DoesNotContain("; 0 records were new.", await LoadAsync(stack), StringComparison.Ordinal);
        Assert.Contains("; 0 records were new.", await LoadAsync(stack), StringComparison.Ordinal);
        var (nodes, memberships, services, figures) = (Read("nodes"), Memberships(), Read("services"), Read("figures"));
        var reader = stack.As("reader");

        foreach (var day in (string[])["2013-12-31", "2014-01-01", "2019-12-01", "2021-05-01", "2022-02-03", $"{DateTime.UtcNow:yyyy-MM-dd}"])
        {
            // The root is there since the founding meeting; it is not in the files.
            var expected = nodes.Where(node => string.CompareOrdinal(Text(node, "since"), day) <= 0).Select(node => Text(node, "path"))
                .Concat(string.CompareOrdinal("2019-11-30", day) <= 0 ? ["insp1r"] : []).Order(StringComparer.Ordinal);
            Assert.Equal((day, string.Join(' ', expected)), (day, string.Join(' ', (await ListAsync(reader, $"nodes?asOf={day}")).Select(node => Text(node, "path")))));

            foreach (var top in (string[])["insp1r", "insp1r.africa", "insp1r.asia", "insp1r.lac", "insp1r.europe", "insp1r.africa.bf"])
            {
                var there = memberships.Where(membership => (membership.Node == top || membership.Node.StartsWith($"{top}.", StringComparison.Ordinal)) && string.CompareOrdinal(membership.Since, day) <= 0).ToList();
                var counts = (await reader.GetAsync($"/api/v1/affiliations/counts?node={top}&asOf={day}", Ct)).Expect(200).Json;
                Assert.Equal((day, top, Distinct(there)), (day, top, (int)counts["distinctOrganisations"]!));
                Assert.Equal(Groups(there, membership => membership.Category), Groups(counts["byCategory"]!));
                Assert.Equal(Groups(there, membership => membership.Node.Count(c => c == '.') == 1 ? "continental" : "national"), Groups(counts["byLevel"]!));
                Assert.Equal(Groups(there, membership => membership.Country), Groups(counts["byCountry"]!));
            }
        }

        // What that was on the day after the founding meeting, by hand.
        Assert.Equal(
            "insp1r insp1r.africa insp1r.africa.bf insp1r.africa.bi insp1r.africa.ml insp1r.asia insp1r.asia.np insp1r.lac insp1r.lac.bo insp1r.lac.do",
            string.Join(' ', (await ListAsync(reader, "nodes?asOf=2019-12-01")).Select(node => Text(node, "path"))));
        Assert.Equal(13, (int)(await reader.GetAsync("/api/v1/affiliations/counts?asOf=2019-12-01", Ct)).Expect(200).Json["distinctOrganisations"]!);
        Assert.Equal(services.Count, (await ListAsync(reader, "services")).Count);
        Assert.Equal(figures.Count, (await ListAsync(reader, "figures?node=insp1r")).Count);
        Assert.Equal(["18 exactly"], await SaidAsync("measure=countries&asOf=2019-12-01"));
        Assert.Equal(["25 more-than", "18 exactly"], await SaidAsync("measure=countries"));
        Assert.Equal(["84 exactly"], await SaidAsync("measure=member-organisations&asOf=2020-12-31"));
        Assert.Equal(["100 about", "100 almost", "100 more-than", "84 exactly"], (await SaidAsync("measure=member-organisations")).Order(StringComparer.Ordinal));

        async Task<IEnumerable<string>> SaidAsync(string query) => (await ListAsync(reader, $"figures?node=insp1r&{query}")).Select(figure => $"{figure["says"]!["value"]} {figure["says"]!["qualifier"]}");
    }

    private sealed record Membership(string Organisation, string Node, string Country, string Category, string Since);

    /// <summary>Runs the loader to its end, as a start of the platform does, and returns what it says.</summary>
    private static async Task<string> LoadAsync(PlatformStack stack)
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        var loader = Path.Combine(Program, "bin", framework.Parent!.Name, framework.Name, "Insp1r.DemoData.dll");
        var (code, output) = await stack.RunAsync(
            "env", [$"services__gateway__http__0={stack.Address}", $"DevelopmentClients__File={stack.DevelopmentClientsFile}", "dotnet", loader], Ct);
        Assert.True(code == 0, output);
        return output;
    }

    private static List<JsonNode> Read(string name) =>
        [.. JsonNode.Parse(File.ReadAllText(Path.Combine(Program, "Data", $"{name}.json")))!.AsArray().Select(item => item!)];

    private static List<Membership> Memberships() =>
    [
        .. from organisation in Read("organisations")
           from node in (organisation["alsoAt"]?.AsArray() ?? []).Select(also => (string)also!).Prepend(Text(organisation, "node"))
           select new Membership(Text(organisation, "externalId"), node, Text(organisation, "country"), (string?)organisation["category"] ?? "full", Text(organisation, "since")),
    ];

    private static string Text(JsonNode record, string member) => (string)record[member]!;

    private static int Distinct(IEnumerable<Membership> memberships) => memberships.Select(membership => membership.Organisation).Distinct(StringComparer.Ordinal).Count();

    private static string Groups(IEnumerable<Membership> memberships, Func<Membership, string> key) =>
        string.Join(", ", memberships.GroupBy(key, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => $"{group.Key} {Distinct(group)}"));

    private static string Groups(JsonNode counts) => string.Join(", ", counts.AsObject().OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => $"{group.Key} {group.Value}"));

    private static async Task<List<JsonNode>> ListAsync(Api api, string query) =>
        [.. (await api.GetAsync($"/api/v1/{query}{(query.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit=500", Ct)).Expect(200).Json["items"]!.AsArray().Select(item => item!)];
}
