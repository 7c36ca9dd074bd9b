using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Insp1r.Messaging;

public static class Migrations
{
    /// <summary>
    /// Brings the database to this version before any request is taken. Replicas that start together wait for each other: Entity
    /// Framework's own lock is let go between two migrations, and the next replica would apply the second one again. The connection string
    /// <c>migrations</c> is of the role that owns the schema; without it the service's own role does.
    /// </summary>
    public static async Task MigrateAsync<TDb>(this WebApplication app, CancellationToken ct = default) where TDb : DbContext
    {
        await using var scope = app.Services.CreateAsyncScope();
        await using var dataSource = NpgsqlDataSource.Create(app.Configuration.GetConnectionString("migrations") is { } given
            ? new NpgsqlConnectionStringBuilder(given) { Pooling = false, ApplicationName = "migrations" }.ConnectionString
            : scope.ServiceProvider.GetRequiredService<ServiceDatabase>().ConnectionString);
        // A context of its own: those of the pool connect as the service.
        var options = new DbContextOptionsBuilder<TDb>(scope.ServiceProvider.GetRequiredService<DbContextOptions<TDb>>())
            .UseNpgsql(dataSource, npgsql => npgsql.MigrationsHistoryTable("migration_history")).Options;
        await using var db = ActivatorUtilities.CreateInstance<TDb>(scope.ServiceProvider, options);
        var database = db.Database;
        // A big migration takes its time.
        database.SetCommandTimeout(TimeSpan.FromMinutes(30));
        await database.OpenConnectionAsync(ct);
        await database.ExecuteSqlRawAsync("set statement_timeout = 0; set lock_timeout = 0; select pg_advisory_lock(7308603)", ct);
        try
        {
            await database.MigrateAsync(ct);
        }
        finally
        {
            await database.ExecuteSqlRawAsync("select pg_advisory_unlock(7308603); reset statement_timeout; reset lock_timeout", CancellationToken.None);
            await database.CloseConnectionAsync();
        }
    }
}
