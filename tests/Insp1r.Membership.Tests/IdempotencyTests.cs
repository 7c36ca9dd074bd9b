using Insp1r.Messaging;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults;
using Insp1r.ServiceDefaults.Idempotency;
using Insp1r.Testing.Stack;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Insp1r.Membership.Tests;

public sealed class IdempotencyTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task S5_ConcurrentPostsWithOneKey_OneEffectOneAnswer()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var key = ("Idempotency-Key", "post-1");

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => network.Contributor.PostAsync("/api/v1/organisations", network.Organisation("Once"), Ct, key)));

        Assert.All(answers.Where(answer => answer.Status != 201), answer => answer.IsProblem(409, "idempotency-key-in-flight"));
        var created = answers.Where(answer => answer.Status == 201).Select(answer => answer.Text).Distinct().ToList();
        Assert.Single(created);
        var late = (await network.Contributor.PostAsync("/api/v1/organisations", network.Organisation("Once"), Ct, key)).Expect(201);
        Assert.Equal(created[0], late.Text);
        Assert.Equal("true", late.Headers["Idempotent-Replayed"]);
        Assert.Equal(1, await shared.ScalarAsync<long>("select count(*) from member_organisation where node = $1", Ct, network.Node));
        Assert.Equal(2, await shared.LogRowsAsync(network.Node, Ct));
    }

    [Fact]
    public async Task S5_SameKeyOtherBody_Is422_OtherClientsKeyIsAnother()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var key = ("Idempotency-Key", "post-2");
        (await network.Contributor.PostAsync("/api/v1/organisations", network.Organisation("First"), Ct, key)).Expect(201);

        (await network.Contributor.PostAsync("/api/v1/organisations", network.Organisation("Second"), Ct, key)).IsProblem(422, "idempotency-key-reused");
        (await network.Steward.PostAsync("/api/v1/organisations", network.Organisation("Second"), Ct, key)).Expect(201);

        Assert.Equal(["First", "Second"], (await network.Reader.GetAsync("/api/v1/organisations", Ct)).Names().Order());
    }

    [Fact]
    public async Task S5_Decision_SentTwiceWithItsKey_IsMadeOnce()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var id = (await network.RegisterAsync("Suspended", Ct)).Expect(201).Id;
        var body = new { to = "suspended", reason = "r", decidedBy = "b", decidedOn = "2026-03-01" };
        var key = ("Idempotency-Key", "decide-1");

        var first = (await network.Steward.PostAsync($"/api/v1/organisations/{id}/affiliations/{network.Node}/moves", body, Ct, key)).Expect(200);
        var second = (await network.Steward.PostAsync($"/api/v1/organisations/{id}/affiliations/{network.Node}/moves", body, Ct, key)).Expect(200);

        Assert.Equal(first.Text, second.Text);
        Assert.Equal("\"2\"", second.ETag);
        Assert.Single((await network.Reader.GetAsync($"/api/v1/organisations/{id}/affiliations/{network.Node}/moves", Ct)).Json["items"]!.AsArray());
    }

    [Fact]
    public async Task S5_RefusedPost_LeavesNothingBehind()
    {
        var network = await shared.NewNetworkAsync(Ct);
        await network.RegisterAsync("Owner", Ct, [$"{network.Ns}:1"]);
        var key = ("Idempotency-Key", "post-3");

        (await network.Contributor.PostAsync("/api/v1/organisations", network.Organisation("Taker", externalIds: [$"{network.Ns}:1"]), Ct, key)).IsProblem(409, "external-id-taken");
        (await network.Contributor.PostAsync("/api/v1/organisations", network.Organisation(""), Ct, ("Idempotency-Key", "post-4"))).IsProblem(422, "invalid");

        Assert.Equal(["Owner"], (await network.Reader.GetAsync("/api/v1/organisations", Ct)).Names());
    }

    [Fact]
    public async Task S5_ClientHungUpWhileItsRequestWasAtWork_FindsTheWholeAnswerUnderItsKey()
    {
        var database = await shared.Postgres.CreateDatabaseAsync($"hung_up_{Guid.NewGuid():N}", Ct);
        var (atWork, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var app = await StartAsync(database, async http =>
        {
            var gone = http.Features.GetRequiredFeature<IConnectionLifetimeFeature>().ConnectionClosed;
            atWork.TrySetResult();
            await goOn.Task;
            await Task.Delay(Timeout.Infinite, gone).ContinueWith(_ => { }, TaskScheduler.Default);
            return TypedResults.Ok(new { done = "all of it" });
        });
        using var api = new Api(new Uri(app.Urls.First()), new SocketsHttpHandler());
        var key = ("Idempotency-Key", "hung-up");

        using (var impatient = new CancellationTokenSource())
        {
            var first = api.PostAsync("/work", new { }, impatient.Token, key);
            await atWork.Task.WaitAsync(Ct);
            await impatient.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        }

        goOn.SetResult();
        var answer = await Until.NotNullAsync(
            async () => await api.PostAsync("/work", new { }, Ct, key) is { Status: 200 } replayed ? replayed : null, "the first request is done", Ct);

        Assert.Equal("true", answer.Headers["Idempotent-Replayed"]);
        Assert.Equal("all of it", (string?)answer.Json["done"]);
    }

    private static async Task<WebApplication> StartAsync(string database, Func<HttpContext, Task<IResult>> work)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["ConnectionStrings:anydb"] = database;
        builder.Configuration["ConnectionStrings:rabbitmq"] = "amqp://nobody:nothing@127.0.0.1:9";
        builder.Configuration["URLS"] = "http://127.0.0.1:0";
        builder.Configuration["Logging:LogLevel:Default"] = "Error";
        builder.AddServiceDefaults();
        builder.AddMessaging<AnyDb>("any");
        var app = builder.Build();
        app.UseServiceDefaults();
        app.UseIdempotency<AnyDb>();
        app.MapPost("/work", work).AllowAnonymous();
        await using (var connection = new NpgsqlConnection(database))
        {
            await connection.OpenAsync(Ct);
            await using var command = new NpgsqlCommand(ChangeLogSchema.Create + IdempotencySchema.Create, connection);
            await command.ExecuteNonQueryAsync(Ct);
        }

        await app.StartAsync(Ct);
        return app;
    }

    private sealed class AnyDb(DbContextOptions<AnyDb> options) : LogDbContext(options);
}
