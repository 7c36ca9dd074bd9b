using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Insp1r.Benchmarks.Peers;

/// <summary>The least that a service can be: it answers every request with the same small document. All proxies stand in front of it.</summary>
internal static class TrivialUpstream
{
    public const string Body = """
        {"id":"0198f3a0-0000-7000-8000-000000000001","version":3,"node":"insp1r.africa.rw","name":"Imboneza Cooperative Union","country":"RW","types":["cooperative"],"status":"active"}
        """;

    public static async Task RunAsync(int port, FileInfo keys, CancellationToken ct)
    {
        var jwks = await File.ReadAllBytesAsync(keys.FullName, ct);
        var body = System.Text.Encoding.UTF8.GetBytes(Body);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, port);
        });

        await using var app = builder.Build();
        app.Run(context =>
        {
            var answer = context.Request.Path == "/.well-known/jwks.json" ? jwks : body;
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = answer.Length;
            return context.Response.Body.WriteAsync(answer, context.RequestAborted).AsTask();
        });
        await ((IHost)app).RunAsync(ct);
    }
}
