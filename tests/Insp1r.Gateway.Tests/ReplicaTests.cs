using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Insp1r.Gateway.Tests;

/// <summary>A service of two replicas, as <c>services:advocacy:http:0</c> and <c>:1</c> name them.</summary>
public sealed class ReplicaTests : IAsyncLifetime
{
    private const string Path = "/api/v1/campaigns";
    private readonly Service _second = new("advocacy");
    private Platform _platform = null!;

    public async ValueTask InitializeAsync()
    {
        _platform = await Platform.StartAsync();
        await _second.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _platform.DisposeAsync();
        await _second.DisposeAsync();
    }

    [Fact]
    public async Task Replicas_BothWell_ShareTheRequests()
    {
        await using var gateway = await StartAsync(_second.Address);

        await Eventually.TrueAsync(
            async () =>
            {
                await AnswersOkAsync(gateway, HttpMethod.Get);
                return _platform.Advocacy.Heard(Path) > 0 && _second.Heard(Path) > 0;
            },
            "both replicas were asked");
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    public async Task Replicas_OneDead_EachReadIsAnsweredByTheOther(string method)
    {
        await _second.StopAsync();
        await using var gateway = await StartAsync(_second.Address);

        for (var i = 0; i < 20; i++)
            await AnswersOkAsync(gateway, new HttpMethod(method));

        Assert.Equal(20, _platform.Advocacy.Heard(Path));
    }

    [Fact]
    public async Task Replicas_OneHangs_EachReadIsAnsweredByTheOther()
    {
        using var hanging = Hanging();
        await using var gateway = await StartAsync($"http://{hanging.LocalEndpoint}");

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AnswersOkAsync(gateway, HttpMethod.Get)));
    }

    [Fact]
    public async Task Replicas_OneDead_WritesAreSentToTheOther()
    {
        await _second.StopAsync();
        await using var gateway = await StartAsync(_second.Address);

        await SteppedRoundAsync(gateway);
    }

    [Fact]
    public async Task Replicas_OneHangs_WritesAreSentToTheOther()
    {
        using var hanging = Hanging();
        // Requests that were sent to it before it was known wait no longer than this.
        await using var gateway = await StartAsync($"http://{hanging.LocalEndpoint}", ("ReverseProxy:Clusters:advocacy:HttpRequest:ActivityTimeout", "00:00:01"));

        await SteppedRoundAsync(gateway);
    }

    [Fact]
    public async Task Replicas_DeadOneIsBack_IsAskedAgain()
    {
        await _second.StopAsync();
        await using var gateway = await StartAsync(_second.Address);
        await SteppedRoundAsync(gateway);

        await _second.StartAsync();

        await Eventually.TrueAsync(
            async () =>
            {
                await AnswersOkAsync(gateway, HttpMethod.Get);
                return _second.Heard(Path) > 0;
            },
            "the replica that is back was asked");
    }

    [Theory]
    [InlineData("GET", 2)]
    [InlineData("POST", 1)]
    [InlineData("DELETE", 1)]
    public async Task Replicas_AllBreakOff_OnlyAReadIsSentAgainAndOnce(string method, int sent)
    {
        _platform.Advocacy.On(Path, BreakOff);
        _second.On(Path, BreakOff);
        await using var gateway = await StartAsync(_second.Address);

        using var response = await SendAsync(gateway, new HttpMethod(method));

        await response.IsProblemAsync(HttpStatusCode.ServiceUnavailable, "unavailable");
        Assert.Equal(sent, _platform.Advocacy.Heard(Path) + _second.Heard(Path));
    }

    [Fact]
    public async Task Replicas_OneBreaksWithinItsAnswer_NothingIsSentAgain()
    {
        var received = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (var replica in (Service[])[_platform.Advocacy, _second])
        {
            replica.On(Path, async context =>
            {
                await context.Response.WriteAsync("[1,2,");
                await context.Response.Body.FlushAsync();
                await received.Task;
                context.Abort();
            });
        }

        await using var gateway = await StartAsync(_second.Address);

        using var response = await SendAsync(gateway, HttpMethod.Get);
        received.SetResult();

        await Assert.ThrowsAsync<HttpRequestException>(() => response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(1, _platform.Advocacy.Heard(Path) + _second.Heard(Path));
    }

    private static Task BreakOff(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    /// <summary>As a process that is stopped: the kernel takes connections, and nobody reads them.</summary>
    private static TcpListener Hanging()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    private Task<GatewayApp> StartAsync(string second, params (string Key, string Value)[] settings) =>
        GatewayApp.StartAsync(_platform, [("services:advocacy:http:1", second), .. settings]);

    private Task<HttpResponseMessage> SendAsync(GatewayApp gateway, HttpMethod method) =>
        gateway.SendAsync(Http.Request(Path, _platform.Tokens.Valid(), method, method == HttpMethod.Post ? new StringContent("{}") : null));

    private async Task AnswersOkAsync(GatewayApp gateway, HttpMethod method)
    {
        using var response = await SendAsync(gateway, method);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private Task SteppedRoundAsync(GatewayApp gateway) => Eventually.TrueAsync(
        async () =>
        {
            for (var i = 0; i < 20; i++)
            {
                using var response = await SendAsync(gateway, HttpMethod.Post);
                if (response.StatusCode != HttpStatusCode.OK)
                    return false;
            }

            return true;
        },
        "twenty writes in a row were answered");
}
