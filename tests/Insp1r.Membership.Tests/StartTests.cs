using Insp1r.Testing;
using Insp1r.Testing.Stack;

namespace Insp1r.Membership.Tests;

public sealed class StartTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_SeveralReplicasOnAnEmptyDatabase_MigrateItOnce()
    {
        var database = await shared.Postgres.CreateDatabaseAsync("replicas", Ct);
        using var together = new Barrier(4);

        var apps = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
            () =>
            {
                together.SignalAndWait(Ct);
                return MembershipApp.Start(database);
            },
            Ct, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        try
        {
            foreach (var app in apps)
            {
                using var api = app.As("reader", "reader@insp1r");
                await Until.TrueAsync(async () => (await api.GetAsync("/api/v1/nodes", Ct)).Status == 200, "each replica answers with a token of its own", Ct);
            }

            foreach (var table in (string[])["change_log where type = 'membership.node-added.v1'", "change_log where type = 'membership.signing-key-added'", "signing_key"])
                Assert.Equal(1L, await Shared.ScalarOfAsync<long>(database, $"select count(*) from {table}", Ct));
        }
        finally
        {
            foreach (var app in apps)
                await app.DisposeAsync();
        }
    }

    [Fact]
    public async Task Start_WithoutABroker_TakesWrites()
    {
        var network = await shared.NewNetworkAsync(Ct);

        (await network.RegisterAsync("Patient", Ct)).Expect(201);

        using var anybody = new Api(shared.App.Address, new SocketsHttpHandler());
        Assert.Equal("Degraded", (string?)(await anybody.GetAsync("/health/ready", Ct)).Expect(200).Json["status"]);
    }

    [Fact]
    public async Task OpenApi_DescribesEveryRoute()
    {
        using var anybody = new Api(shared.App.Address, new SocketsHttpHandler());
        var paths = (await anybody.GetAsync("/openapi/v1.json", Ct)).Expect(200).Json["paths"]!.AsObject();

        foreach (var path in (string[])["/api/v1/nodes", "/api/v1/organisations/{id}", "/api/v1/sync/batches", "/api/v1/sync/conflicts/{id}/resolution", "/api/v1/changes/membership"])
            Assert.True(paths.ContainsKey(path), path);
        Assert.NotNull(paths["/api/v1/sync/batches"]!["post"]!["requestBody"]!["content"]!["application/x-ndjson"]);
    }

    [Fact]
    public async Task OpenApi_DescribesEveryQueryParameter()
    {
        using var anybody = new Api(shared.App.Address, new SocketsHttpHandler());
        var document = (await anybody.GetAsync("/openapi/v1.json", Ct)).Expect(200).Json;

        var undescribed = DescribedParameters.Without(document);
        Assert.True(undescribed is "", undescribed);
        var after = document["paths"]!["/api/v1/organisations"]!["get"]!["parameters"]!.AsArray().Single(parameter => (string?)parameter!["name"] == "after")!;
        Assert.Equal("The `next` of the page before.", (string?)after["description"]);
        // What a PATCH's members have in common is said to who writes code.
        Assert.DoesNotContain("Declare it as an init property", document.ToJsonString(), StringComparison.Ordinal);
    }
}
