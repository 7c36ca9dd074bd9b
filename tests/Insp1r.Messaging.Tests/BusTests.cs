using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Insp1r.Messaging.Tests;

public sealed class BusTests
{
    /// <summary>Some who use this are at risk: no library may tell its makers where it runs.</summary>
    [Fact]
    public async Task Bus_OfEveryService_ReportsNothingToItsMakers()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["ConnectionStrings:anydb"] = "Host=127.0.0.1;Database=any";
        builder.Configuration["ConnectionStrings:rabbitmq"] = "amqp://127.0.0.1";
        builder.AddServiceDefaults();
        builder.AddMessaging<Db>("any");
        await using var app = builder.Build();

        Assert.False(app.Services.GetRequiredService<IOptions<UsageTelemetryOptions>>().Value.Enabled);
    }

    private sealed class Db(DbContextOptions<Db> options) : LogDbContext(options);
}
