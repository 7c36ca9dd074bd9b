using System.Text.Json.Nodes;

namespace Insp1r.DemoData.Tests;

/// <summary>How the data are loaded: by the right client, once, and without claiming what nobody confirmed.</summary>
public sealed class LoaderTests
{
    private static readonly DemoSet Demo = DemoSet.Load();

    [Fact]
    public async Task Load_EmptyPlatform_AddsEverything()
    {
        using var gateway = new FakeGateway();

        var added = await LoadAsync(gateway);

        var demands = Demo.Campaigns.Sum(campaign => campaign.Demands.Count);
        var further = Demo.Organisations.Sum(organisation => organisation.AlsoAt?.Count ?? 0);
        Assert.Equal(
            Demo.Nodes.Count + Demo.Organisations.Count + further + Demo.Services.Count + Demo.Figures.Count + Demo.TargetBodies.Count + Demo.Campaigns.Count + demands
                + Demo.Outcomes.Count + Demo.Events.Count,
            added);
        Assert.Equal(Demo.Outcomes.Count, gateway.Records("/api/v1/outcomes").Count);
        Assert.Equal(Demo.Events.Count, gateway.Records("/api/v1/events").Count);
    }

    [Fact]
    public async Task Load_SecondTime_ChangesNothing()
    {
        using var gateway = new FakeGateway();
        await LoadAsync(gateway);
        gateway.Requests.Clear();

        var added = await LoadAsync(gateway);

        Assert.Equal(0, added);
        Assert.Empty(gateway.Posts);
    }

    [Fact]
    public async Task Load_BrokenOffBeforeTheSubmission_SubmitsInTheNextRun()
    {
        using var gateway = new FakeGateway();
        await LoadAsync(gateway);
        gateway.Records("/api/v1/outcomes")[0]["status"] = "draft";

        await LoadAsync(gateway);

        Assert.All(gateway.Records("/api/v1/outcomes"), outcome => Assert.Equal("submitted", (string?)outcome["status"]));
    }

    [Fact]
    public async Task Load_Outcomes_AreSubmittedAndNeverSubstantiated()
    {
        using var gateway = new FakeGateway();

        await LoadAsync(gateway);

        Assert.All(gateway.Records("/api/v1/outcomes"), outcome => Assert.Equal("submitted", (string?)outcome["status"]));
        Assert.DoesNotContain(gateway.Requests, request => request.Path.Contains("substantiat", StringComparison.Ordinal) || request.Body.Contains("substantiat", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Load_EachOutcome_HasItsDocumentAsEvidence()
    {
        using var gateway = new FakeGateway();

        await LoadAsync(gateway);

        var titles = Demo.Documents.Select(document => document.Title).ToList();
        Assert.All(gateway.Records("/api/v1/outcomes"), outcome => Assert.Contains((string?)Assert.Single(outcome["evidence"]!.AsArray())!["title"], titles));
    }

    [Fact]
    public async Task Load_EachMember_IsRegisteredByItsOwnNetwork()
    {
        using var gateway = new FakeGateway();

        await LoadAsync(gateway);

        var registrations = gateway.Posts.Where(post => post.Path == "/api/v1/organisations").Select(post => (post.Client, Body: JsonNode.Parse(post.Body)!)).ToList();
        Assert.All(registrations, registration => Assert.Equal(DevelopmentClients.OfNode((string)registration.Body["node"]!), registration.Client));
        Assert.All(registrations, registration => Assert.Equal(registration.Client == "contributor", (string?)registration.Body["category"] == "strategic-partner"));
        Assert.All(registrations, registration => Assert.Matches("^20[0-9]{2}-[0-9]{2}-[0-9]{2}$", (string?)registration.Body["since"]));
    }

    [Fact]
    public async Task Load_FigureThatSomebodyHasCorrectedSince_DoesNotComeBack()
    {
        using var gateway = new FakeGateway();
        await LoadAsync(gateway);
        var figures = gateway.Records(FakeGateway.Figures);
        var corrected = figures[0];
        gateway.CorrectedFigures.Add(corrected);
        var better = corrected.DeepClone().AsObject();
        (better["id"], better["corrects"], better["says"]!["wording"]) = (Guid.CreateVersion7().ToString(), (string)corrected["id"]!, "as it really was");
        figures[0] = better;

        Assert.Equal(0, await LoadAsync(gateway));
    }

    [Fact]
    public async Task Load_WhatSomebodyHasChangedSince_Stays()
    {
        using var gateway = new FakeGateway();
        await LoadAsync(gateway);
        gateway.Records("/api/v1/organisations")[0]["name"] = "Changed";
        gateway.Records("/api/v1/figures")[0]["says"]!["value"] = 4;

        Assert.Equal(0, await LoadAsync(gateway));

        Assert.Equal("Changed", (string?)gateway.Records("/api/v1/organisations")[0]["name"]);
    }

    [Fact]
    public async Task Load_OrganisationNotYetKnownInAdvocacy_IsTriedAgainWithTheSameKey()
    {
        using var gateway = new FakeGateway(organisationsArriveAfter: 2);

        await LoadAsync(gateway);

        var first = gateway.Posts.First(post => post.Path == "/api/v1/outcomes");
        Assert.Equal(3, gateway.Posts.Count(post => post.Path == "/api/v1/outcomes" && post.Key == first.Key));
        Assert.Equal(Demo.Outcomes.Count, gateway.Records("/api/v1/outcomes").Count);
    }

    [Fact]
    public async Task Load_NodeNotYetKnownInAdvocacy_IsTriedAgainWithTheSameKey()
    {
        using var gateway = new FakeGateway(nodesArriveAfter: 2);

        await LoadAsync(gateway);

        var first = gateway.Posts.First(post => post.Path == "/api/v1/campaigns");
        Assert.Equal(3, gateway.Posts.Count(post => post.Path == "/api/v1/campaigns" && post.Key == first.Key));
        Assert.Equal(Demo.Campaigns.Count, gateway.Records("/api/v1/campaigns").Count);
    }

    [Fact]
    public async Task Load_EveryPost_CarriesAKeyOfItsOwn()
    {
        using var gateway = new FakeGateway();

        await LoadAsync(gateway);

        var keys = gateway.Posts.Select(post => post.Key).ToList();
        Assert.All(keys, key => Assert.Matches("^inspir-demo:[0-9a-f]{64}$", key));
        Assert.Equal(keys.Count, keys.Distinct().Count());
    }

    private static async Task<int> LoadAsync(FakeGateway gateway)
    {
        using var http = new HttpClient(gateway, disposeHandler: false) { BaseAddress = new Uri("http://gateway.example.org") };
        string[] ids = ["steward", "contributor", .. Demo.Nodes.Select(node => DevelopmentClients.OfNode(node.Path))];
        var clients = new DevelopmentClients(ids.Distinct(StringComparer.Ordinal).ToDictionary(id => id, id => new DevelopmentClient(id, "secret"), StringComparer.Ordinal));
        return await new Loader(new Platform(http, clients, TimeProvider.System), Demo, TimeProvider.System).LoadAsync(TestContext.Current.CancellationToken);
    }
}
