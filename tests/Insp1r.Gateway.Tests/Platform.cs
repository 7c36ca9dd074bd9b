using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Insp1r.Gateway.Tests;

/// <summary>The services behind the gateway, each a small Kestrel of its own.</summary>
internal sealed class Platform : IAsyncDisposable
{
    public Tokens Tokens { get; } = new();
    public Service Membership { get; } = new("membership");
    public Service Advocacy { get; } = new("advocacy");
    public Service Communications { get; } = new("communications");

    public static async Task<Platform> StartAsync()
    {
        var platform = new Platform();
        platform.Membership.On("/.well-known/jwks.json", context => context.Response.WriteAsJsonAsync(platform.Tokens.Jwks));
        foreach (var service in (Service[])[platform.Membership, platform.Advocacy, platform.Communications])
            await service.StartAsync();
        return platform;
    }

    public async ValueTask DisposeAsync()
    {
        await Membership.DisposeAsync();
        await Advocacy.DisposeAsync();
        await Communications.DisposeAsync();
    }
}

/// <summary>What a service saw of a request.</summary>
internal sealed record Seen(string Service, string Method, string Target, Dictionary<string, string> Headers, string Body)
{
    public string Header(string name) => Headers.GetValueOrDefault(name, "");
}

/// <summary>Answers every path with what it saw of the request, unless a test says otherwise for a path.</summary>
internal sealed class Service(string name) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, RequestDelegate> _handlers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _heard = new(StringComparer.Ordinal);
    private WebApplication? _app;

    public string Address { get; private set; } = "http://127.0.0.1:0";

    /// <summary>How many requests for this path have come.</summary>
    public int Heard(string path) => _heard.GetValueOrDefault(path);

    public void On(string path, RequestDelegate handler) => _handlers[path] = handler;

    /// <summary>Starts it, after a stop at the address it had.</summary>
    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(Address);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
        });
        _app = builder.Build();
        _app.Run(AnswerAsync);
        await _app.StartAsync();
        Address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
    }

    public async Task StopAsync()
    {
        using var atOnce = new CancellationTokenSource(TimeSpan.Zero);
        await _app!.StopAsync(atOnce.Token);
        await _app.DisposeAsync();
        _app = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await StopAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        _heard.AddOrUpdate(path, 1, (_, before) => before + 1);
        if (_handlers.TryGetValue(path, out var handler))
        {
            await handler(context);
            return;
        }

        if (path.StartsWith("/openapi/", StringComparison.Ordinal))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        using var reader = new StreamReader(context.Request.Body);
        var seen = new Seen(
            name, context.Request.Method, $"{context.Request.Path}{context.Request.QueryString}",
            context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            await reader.ReadToEndAsync(context.RequestAborted));
        await context.Response.WriteAsJsonAsync(seen, context.RequestAborted);
    }
}
