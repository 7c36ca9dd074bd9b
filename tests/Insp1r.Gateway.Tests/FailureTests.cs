using System.Net;
using Microsoft.AspNetCore.Http;

namespace Insp1r.Gateway.Tests;

public sealed class FailureTests(SharedGateway shared)
{
    private string Token => shared.Platform.Tokens.Valid();

    [Theory]
    [InlineData("GET", "/api/v1/campaigns")]
    [InlineData("POST", "/api/v1/campaigns")]
    [InlineData("GET", "/api/v1/changes/advocacy")]
    public async Task Failure_ServiceDown_Is503WithRetryAfterAndOthersAnswer(string method, string target)
    {
        await using var platform = await Platform.StartAsync();
        await using var gateway = await GatewayApp.StartAsync(platform);
        await platform.Advocacy.StopAsync();

        using var response = await gateway.SendAsync(Http.Request(target, platform.Tokens.Valid(), new HttpMethod(method), method == "POST" ? new StringContent("{}") : null));
        using var other = await gateway.SendAsync(Http.Request("/api/v1/organisations", platform.Tokens.Valid()));

        await response.IsProblemAsync(HttpStatusCode.ServiceUnavailable, "unavailable");
        Assert.Equal("2", response.Header("Retry-After"));
        Assert.Equal("nosniff", response.Header("X-Content-Type-Options"));
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Fact]
    public async Task Failure_ForAPerson_IsAPage()
    {
        await using var platform = await Platform.StartAsync();
        await using var gateway = await GatewayApp.StartAsync(platform);
        await platform.Membership.StopAsync();

        using var response = await gateway.SendAsync(Http.Request("/account/sign-in").With("Accept", "text/html,*/*;q=0.8"));

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "text/html"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.Contains("does not answer", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal("2", response.Header("Retry-After"));
    }

    [Fact]
    public async Task Failure_MembershipDownDuringASync_Is503()
    {
        await using var platform = await Platform.StartAsync();
        await using var gateway = await GatewayApp.StartAsync(platform);
        await platform.Membership.StopAsync();

        using var response = await gateway.SendAsync(Http.Request("/api/v1/sync/batches", platform.Tokens.Valid(), body: new StringContent("{}\n")));

        await response.IsProblemAsync(HttpStatusCode.ServiceUnavailable, "unavailable");
    }

    [Fact]
    public async Task Failure_ClientAcceptsCompression_ProblemIsReadable()
    {
        shared.Platform.Communications.On("/api/v1/events/breaks", context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });

        using var response = await shared.Gateway.SendAsync(Http.Request("/api/v1/events/breaks", Token).With("Accept-Encoding", "br, gzip"));

        Assert.Null(response.Header("Content-Encoding"));
        await response.IsProblemAsync(HttpStatusCode.ServiceUnavailable, "unavailable");
    }

    [Fact]
    public async Task Failure_GatewayStops_DoesNotWaitForAWaitingFeed()
    {
        var gateway = await GatewayApp.StartAsync(shared.Platform, ("shutdownTimeoutSeconds", "1"));
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        shared.Platform.Communications.On("/api/v1/events/held", async context =>
        {
            entered.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        var waiting = gateway.SendAsync(Http.Request("/api/v1/events/held", Token));
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        await gateway.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        Assert.NotNull(await Record.ExceptionAsync(() => waiting));
    }

    [Fact]
    public async Task Failure_ServiceBackAgain_IsReachedAtOnce()
    {
        await using var platform = await Platform.StartAsync();
        await using var gateway = await GatewayApp.StartAsync(platform);
        await platform.Advocacy.StopAsync();
        using var down = await gateway.SendAsync(Http.Request("/api/v1/campaigns", platform.Tokens.Valid()));

        await platform.Advocacy.StartAsync();
        using var up = await gateway.SendAsync(Http.Request("/api/v1/campaigns", platform.Tokens.Valid()));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, down.StatusCode);
        Assert.Equal(HttpStatusCode.OK, up.StatusCode);
    }

    [Fact]
    public async Task Failure_ServiceTooSlow_Is504()
    {
        await using var gateway = await GatewayApp.StartAsync(shared.Platform, ("ReverseProxy:Clusters:advocacy:HttpRequest:ActivityTimeout", "00:00:00.5"));
        shared.Platform.Advocacy.On("/api/v1/demands/slow", context => Task.Delay(Timeout.Infinite, context.RequestAborted));

        using var response = await gateway.SendAsync(Http.Request("/api/v1/demands/slow", Token));

        await response.IsProblemAsync(HttpStatusCode.GatewayTimeout, "timeout");
    }

    [Fact]
    public async Task Failure_ServiceBreaksBeforeItsAnswer_Is503()
    {
        shared.Platform.Advocacy.On("/api/v1/demands/breaks", context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });

        using var response = await shared.Gateway.SendAsync(Http.Request("/api/v1/demands/breaks", Token, body: new StringContent("{}")));

        await response.IsProblemAsync(HttpStatusCode.ServiceUnavailable, "unavailable");
    }

    [Fact]
    public async Task Failure_ServiceBreaksWithinItsAnswer_ClientSeesThatItIsNotWhole()
    {
        var received = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        shared.Platform.Advocacy.On("/api/v1/demands/half", async context =>
        {
            await context.Response.WriteAsync("{\"items\":[1,2,");
            await context.Response.Body.FlushAsync();
            await received.Task;
            context.Abort();
        });
        await using var raw = await RawConnection.OpenAsync(shared.Gateway.Address);

        await raw.SendAsync($"GET /api/v1/demands/half HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {Token}\r\n\r\n");
        await raw.ReadUntilAsync("[1,2,");
        received.SetResult();

        Assert.DoesNotContain("0\r\n\r\n", await raw.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failure_ServicesOwnError_ComesThroughUnchanged()
    {
        shared.Platform.Advocacy.On("/api/v1/demands/broken", async context =>
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            context.Response.Headers["X-Own"] = "1";
            await context.Response.WriteAsJsonAsync(new { type = "/problems/internal" }, options: null, contentType: "application/problem+json");
        });

        using var response = await shared.Gateway.SendAsync(Http.Request("/api/v1/demands/broken", Token));

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal("1", response.Header("X-Own"));
        Assert.Contains("/problems/internal", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failure_ClientGoesAway_ServiceIsToldSo()
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        shared.Platform.Advocacy.On("/api/v1/demands/abandoned", async context =>
        {
            context.RequestAborted.Register(gone.SetResult);
            entered.SetResult();
            await gone.Task;
        });
        using var leave = new CancellationTokenSource();

        var asking = shared.Gateway.Client.SendAsync(Http.Request("/api/v1/demands/abandoned", Token), leave.Token);
        await entered.Task;
        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await gone.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }
}
