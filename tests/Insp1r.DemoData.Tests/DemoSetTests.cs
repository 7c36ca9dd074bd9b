using System.Text.RegularExpressions;
using Insp1r.Membership.Reference;
using Insp1r.Membership.Services;

namespace Insp1r.DemoData.Tests;

/// <summary>Everything that the two documents name is there, it is marked as what it is, and its codes are real.</summary>
public sealed partial class DemoSetTests
{
    private static readonly DemoSet Demo = DemoSet.Load();

    [Theory]
    [InlineData("insp1r.africa", "continental", null)]
    [InlineData("insp1r.asia", "continental", null)]
    [InlineData("insp1r.lac", "continental", null)]
    [InlineData("insp1r.europe", "continental", null)]
    [InlineData("insp1r.africa.bf", "national", "BF")]
    [InlineData("insp1r.africa.bi", "national", "BI")]
    [InlineData("insp1r.africa.ml", "national", "ML")]
    [InlineData("insp1r.africa.rw", "national", "RW")]
    [InlineData("insp1r.asia.np", "national", "NP")]
    [InlineData("insp1r.lac.bo", "national", "BO")]
    [InlineData("insp1r.lac.do", "national", "DO")]
    [InlineData("insp1r.europe.be", "national", "BE")]
    public void Nodes_OfTheDocuments_AreThereInThreeLanguages(string path, string level, string? country)
    {
        var node = Assert.Single(Demo.Nodes, node => node.Path == path);

        Assert.Equal((level, country), (node.Level, node.Country));
        Assert.Equal(["en", "es", "fr"], node.Names.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Nodes_AreNoOthers() => Assert.Equal(12, Demo.Nodes.Count);

    [Theory]
    [InlineData("We Social Movements", "WSM", "BE")]
    [InlineData("Confederation of Christian Trade Unions", "ACV-CSC", "BE")]
    [InlineData("Christian Mutualities", "CM-MC", "BE")]
    [InlineData("Union Technique de la Mutualité", "UTM", "ML")]
    [InlineData("RAMS", null, "BF")]
    [InlineData("Mutualité Femmes et développement", "Mufede", "BF")]
    [InlineData("ZAMUKA", null, "RW")]
    [InlineData("MUNASA", null, "BI")]
    [InlineData("CRISOL", null, "BO")]
    [InlineData("Gregoria Apaza", null, "BO")]
    [InlineData("National network on the right to social protection, Dominican Republic", null, "DO")]
    [InlineData("National network on the right to social protection, Nepal", null, "NP")]
    [InlineData("National network on the right to social protection, Mali", null, "ML")]
    public void Organisations_OfTheDocuments_AreMembersInTheirCountry(string name, string? acronym, string country)
    {
        var organisation = Assert.Single(Demo.Organisations, organisation => organisation.Name == name);

        Assert.Equal((acronym, country), (organisation.Acronym, organisation.Country));
        Assert.Equal(country, Assert.Single(Demo.Nodes, node => node.Path == organisation.Node).Country);
    }

    [Theory]
    [InlineData("ITUC-Africa", "insp1r.africa", 1)]
    [InlineData("ITUC-AP", "insp1r.asia", 1)]
    [InlineData("TUCA", "insp1r.lac", 1)]
    [InlineData(null, "insp1r.africa", 3)]
    [InlineData("RIPESS", "insp1r.africa", 3)]
    public void Partners_OfTheContinentalNetworks_AreNoMembers(string? acronym, string node, int networks)
    {
        var partner = Assert.Single(Demo.Organisations, organisation => organisation.Category == "strategic-partner" && organisation.Acronym == acronym);

        Assert.Equal((node, networks, new DateOnly(2019, 12, 1)), (partner.Node, 1 + (partner.AlsoAt?.Count ?? 0), partner.Since));
        Assert.All([partner.Node, .. partner.AlsoAt ?? []], place => Assert.Equal("continental", Demo.Nodes.Single(continent => continent.Path == place).Level));
    }

    [Fact]
    public void Organisations_AreNoOthers_AndNoneBorrowsAName() => Assert.Equal((13, 5), (Demo.Organisations.Count(o => o.Category == "full"), Demo.Organisations.Count(o => o.Category == "strategic-partner")));

    [Fact]
    public void Days_OfMembersAndNetworks_FollowOneAnother()
    {
        foreach (var node in Demo.Nodes.Where(node => node.Level == "national"))
            Assert.True(node.Since >= Demo.Nodes.Single(parent => parent.Path == node.Path[..node.Path.LastIndexOf('.')]).Since, node.Path);
        foreach (var organisation in Demo.Organisations)
            Assert.True(organisation.Since >= Demo.Nodes.Single(node => node.Path == organisation.Node).Since, organisation.Name);
    }

    // What the documents say of the number of members and countries, written down once more by hand.
    [Fact]
    public void Figures_ThatContradictEachOther_AreAllThere()
    {
        Assert.Equal(["84 exactly 2019-12-01", "100 about 2022-02-03", "100 almost 2022-02-03", "100 more-than 2022-02-03"], Of("member-organisations"));
        Assert.Equal(["18 exactly 2019-12-01", "25 more-than 2021-01-01"], Of("countries"));
        Assert.All(Demo.Figures, figure => Assert.NotNull(Demo.Document(figure.Document)));

        static IEnumerable<string> Of(string measure) => Demo.Figures.Where(figure => figure.Measure == measure).Select(figure => $"{figure.Value} {figure.Qualifier} {figure.AsOf:yyyy-MM-dd}");
    }

    [Fact]
    public void Services_AreOfMembersThatTheDocumentsNameWithThem()
    {
        Assert.Equal(
            ["inspir-demo:mufede financial-services", "inspir-demo:mufede business-support", "inspir-demo:gregoria-apaza skills-training"],
            Demo.Services.Select(service => $"{service.Organisation} {service.Kind}"));
        Assert.All(Demo.Services, service => Assert.Contains(service.Kind, ServiceKinds.All));
        Assert.All(Demo.Services.SelectMany(service => service.TargetGroups), group => Assert.Contains(group, TargetGroups.All));
    }

    [Fact]
    public void Organisations_ExternalIds_AreUniqueInOneNamespace()
    {
        Assert.All(Demo.Organisations, organisation => Assert.Matches("^inspir-demo:[a-z-]+$", organisation.ExternalId));
        Assert.Equal(Demo.Organisations.Count, Demo.Organisations.Select(organisation => organisation.ExternalId).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void CountriesAndMovementTypes_AreThoseOfThePlatform()
    {
        var countries = Demo.Nodes.Select(node => node.Country).OfType<string>()
            .Concat(Demo.Organisations.Select(organisation => organisation.Country))
            .Concat(Demo.TargetBodies.Select(body => body.Country))
            .Concat(Demo.Outcomes.Select(outcome => outcome.Country).OfType<string>());

        Assert.All(countries, country => Assert.Contains(country, Countries.All));
        Assert.All(Demo.Organisations.SelectMany(organisation => organisation.Types), type => Assert.Contains(type, MovementTypes.All));
    }

    [Theory]
    [InlineData("insp1r.lac.do", "launch-2019", "inspir-demo:network-do")]
    [InlineData("insp1r.asia.np", "launch-2019", "inspir-demo:network-np")]
    [InlineData("insp1r.africa.ml", "launch-2019", "inspir-demo:network-ml")]
    [InlineData("insp1r.africa", "launch-2022", "inspir-demo:utm")]
    [InlineData("insp1r.africa.rw", "launch-2022", "inspir-demo:zamuka")]
    [InlineData("insp1r.africa.bf", "launch-2022", "inspir-demo:mufede")]
    public void Outcomes_OfTheDocuments_NameActorSignificanceAndContribution(string node, string document, string organisation)
    {
        var outcome = Assert.Single(Demo.Outcomes, outcome => outcome.Node == node);

        Assert.Equal(document, outcome.Document);
        Assert.Equal(organisation, Assert.Single(outcome.Contributions).Organisation);
        Assert.All((string[])[outcome.SocialActor, outcome.Significance, outcome.Statement, outcome.Contributions[0].Claim], text => Assert.NotEmpty(text));
    }

    [Fact]
    public void Outcomes_WithoutADayInTheDocument_SayThatTheDayIsTheReports() =>
        Assert.All(Demo.Outcomes, outcome => Assert.Contains(outcome.OccurredOn is null ? "The document gives no date" : "The document names the month", outcome.Statement, StringComparison.Ordinal));

    [Theory]
    [InlineData("insp1r.asia", "ILO", "8.8")]
    [InlineData("insp1r.europe.be", "EU", "8.8")]
    [InlineData("insp1r.africa", "WAEMU", "3.8")]
    [InlineData("insp1r.africa.ml", "ML-GOVERNMENT", "3.8")]
    [InlineData("insp1r.africa.bf", "BF-ECONOMY-FINANCE", "8.3")]
    public void Demands_OfTheDocuments_GoToTheirTargetBody(string node, string body, string sdgTarget)
    {
        var demand = Assert.Single(Demo.Campaigns.Where(campaign => campaign.Node == node).SelectMany(campaign => campaign.Demands));

        Assert.Equal([body], demand.TargetBodies);
        Assert.Contains(sdgTarget, demand.SdgTargets);
    }

    [Fact]
    public void References_BetweenFiles_AllHold()
    {
        var demands = Demo.Campaigns.SelectMany(campaign => campaign.Demands).Select(demand => demand.Title).ToList();
        var documents = Demo.Campaigns.Select(campaign => campaign.Document).Concat(Demo.Outcomes.Select(outcome => outcome.Document)).Concat(Demo.Events.Select(happening => happening.Document));
        var nodes = Demo.Nodes.Select(node => node.Path).Append("insp1r").ToList();

        Assert.All(documents, key => Assert.NotNull(Demo.Document(key)));
        Assert.All(Demo.Outcomes.Select(outcome => outcome.Demand).OfType<string>(), title => Assert.Contains(title, demands));
        Assert.All(
            Demo.Outcomes.SelectMany(outcome => outcome.Contributions),
            contribution => Assert.Contains(Demo.Organisations, organisation => organisation.ExternalId == contribution.Organisation));
        Assert.All(
            Demo.Campaigns.Select(campaign => campaign.Node).Concat(Demo.Outcomes.Select(outcome => outcome.Node)).Concat(Demo.Organisations.Select(organisation => organisation.Node)),
            node => Assert.Contains(node, nodes));
    }

    [Fact]
    public void Texts_HoldNoContactDataOfPersons()
    {
        foreach (var file in typeof(DemoSet).Assembly.GetManifestResourceNames())
        {
            using var reader = new StreamReader(typeof(DemoSet).Assembly.GetManifestResourceStream(file)!);
            var text = reader.ReadToEnd();
            Assert.All(Mail().Matches(text), mail => Assert.EndsWith("example.org", mail.Value, StringComparison.Ordinal));
            Assert.DoesNotMatch(Phone(), text);
        }
    }

    [GeneratedRegex(@"[\w.+-]+@[\w.-]+\.\w+", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Mail();

    [GeneratedRegex(@"\+\d[\d ]{7,}", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Phone();
}
