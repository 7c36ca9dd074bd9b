using Insp1r.Contracts;
using Insp1r.Messaging;
using Insp1r.Messaging.Log;
using Insp1r.Messaging.Operations;
using Insp1r.ServiceDefaults;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Idempotency;
using Insp1r.Testing.Stack;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Insp1r.Testing;

/// <summary>
/// Stands for another service of the platform: it has that service's name and a change log, and says what a test lets it say. Its
/// events go the real way, through the log and the relay to the broker.
/// </summary>
public sealed class NeighbourService : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TestTokens _tokens = new();

    private NeighbourService(WebApplication app) => _app = app;

    /// <param name="service">Its name: membership, advocacy or communications.</param>
    /// <param name="database">The connection string of an empty database.</param>
    public static async Task<NeighbourService> StartAsync(string service, string database, Uri broker, CancellationToken ct)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration[$"ConnectionStrings:{service}db"] = database;
        builder.Configuration["ConnectionStrings:rabbitmq"] = broker.ToString();
        builder.Configuration["URLS"] = "http://127.0.0.1:0";
        builder.Configuration["Authority:Issuer"] = TestTokens.Issuer;
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.AddServiceDefaults();
        builder.AddMessaging<Db>(service);
        var app = builder.Build();
        app.UseServiceDefaults();
        app.MapApi().MapOperations(service);

        var neighbour = new NeighbourService(app);
        neighbour._tokens.Register(app.Services.GetRequiredService<SigningKeys>());
        await using (var command = app.Services.GetRequiredService<ServiceDatabase>().DataSource.CreateCommand(ChangeLogSchema.Create + IdempotencySchema.Create))
            await command.ExecuteNonQueryAsync(ct);
        await app.StartAsync(ct);
        return neighbour;
    }

    /// <summary>Says that these happened, in one transaction.</summary>
    public async Task SayAsync(IEnumerable<IEvent> events, CancellationToken ct)
    {
        await using var scope = _app.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<Db>();
        foreach (var happened in events)
            db.Append(happened, DateTimeOffset.UtcNow);
        await db.SaveChangesAsync(ct);
    }

    public Task SayAsync(IEvent happened, CancellationToken ct) => SayAsync([happened], ct);

    /// <summary>The API of its operators.</summary>
    public Api Operator => new(new Uri(_app.Urls.First()), new BearerHandler(_tokens.Issue("operator", ["operator@insp1r"], Scopes.Operate)));

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _tokens.Dispose();
    }

    private sealed class Db(DbContextOptions<Db> options) : LogDbContext(options);
}
