using Insp1r.Contracts;
using Insp1r.Messaging.Audit;
using Insp1r.Messaging.Consuming;
using Insp1r.Messaging.Log;
using Insp1r.Messaging.Operations;
using Insp1r.Messaging.Relay;
using Insp1r.Messaging.Retention;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Insp1r.Messaging;

/// <summary>A service's database, its change log, and what it hears from others.</summary>
public static class MessagingExtensions
{
    /// <summary>
    /// Adds the database <c>{service}db</c>, the log with its relay, and the consumers that <paramref name="configure"/> names.
    /// Throws where a connection string is missing.
    /// </summary>
    public static WebApplicationBuilder AddMessaging<TDb>(this WebApplicationBuilder builder, string service, Action<ConsumerTable<TDb>>? configure = null)
        where TDb : LogDbContext
    {
        var services = builder.Services;
        var connectionString = DatabaseConnection(builder.Configuration, service);
        var dataSource = new NpgsqlDataSourceBuilder(connectionString).Build();
        services.AddSingleton(dataSource);
        services.AddSingleton(new ServiceDatabase(dataSource, connectionString, service));
        services.AddDbContextPool<TDb>((provider, options) => options
            .UseNpgsql(dataSource, npgsql => npgsql.MigrationsHistoryTable("migration_history"))
            // Whoever gets the exception logs it, or expects it: the first look for the table of migrations finds none.
            .ConfigureWarnings(warnings => warnings.Log((RelationalEventId.CommandError, LogLevel.Debug)))
            .AddInterceptors(provider.GetRequiredService<LogSignalInterceptor>()));
        services.AddScoped<LogDbContext>(provider => provider.GetRequiredService<TDb>());

        services.AddSingleton<LogSignal>();
        services.AddSingleton<LogSignalInterceptor>();
        services.AddSingleton<RelayState>();
        services.AddSingleton<BrokerGate>();
        services.AddSingleton<PackPublisher>();
        services.AddHostedService<LogNotifications>();
        services.AddHostedService<BrokerRelay>();
        services.AddHostedService<Sealer>();
        services.AddHostedService<Housekeeping>();
        builder.AddRetention(SharedRetention.Rules);
        services.AddSingleton<RetentionRules>();
        services.AddSingleton<RetentionState>();
        services.AddSingleton<RetentionJob>();

        var broker = new Uri(builder.Configuration.GetConnectionString("rabbitmq") ?? throw new InvalidOperationException("The connection string 'rabbitmq' is missing."));
        services.AddSingleton(new MessagingOptions(broker));
        services.AddSingleton<ErrorQueues>();
        services.AddHealthChecks()
            .AddCheck<DatabaseHealth>("database")
            .AddCheck<RelayHealth>("relay", HealthStatus.Degraded)
            .AddCheck<RetentionHealth>("retention", HealthStatus.Degraded);

        configure?.Invoke(new ConsumerTable<TDb>(services));
        services.AddMassTransit(bus =>
        {
            // It would tell its makers about this installation once a day.
            bus.DisableUsageTelemetry();
            // The broker's absence degrades a service and never makes it unready: it takes writes all the same.
            bus.ConfigureHealthCheckOptions(health => health.MinimalFailureStatus = HealthStatus.Degraded);
            bus.UsingRabbitMq((_, rabbit) => rabbit.Host(broker, host => host.RequestedConnectionTimeout(TimeSpan.FromSeconds(5))));
        });
        services.RemoveMassTransitHostedService();
        services.AddHostedService<QueueConsumers>();
        return builder;
    }

    private static string DatabaseConnection(IConfiguration configuration, string service)
    {
        var given = configuration.GetConnectionString($"{service}db") ?? throw new InvalidOperationException($"The connection string '{service}db' is missing.");
        // Transactions here are short: one that is not is a fault, and would hold every reader of every log on the server back.
        return new NpgsqlConnectionStringBuilder(given)
        {
            ApplicationName = service,
            MaxPoolSize = 40,
            MaxAutoPrepare = 50,
            AutoPrepareMinUsages = 2,
            // Seven statements in front of each request. Who changes a session (a migration, a sync's lock) puts it back.
            NoResetOnClose = true,
            Timeout = 5,
            CommandTimeout = 30,
            // Statements here are short: compiling one would take longer than running it.
            Options = "-c jit=off -c statement_timeout=30s -c idle_in_transaction_session_timeout=20s -c lock_timeout=15s",
        }.ConnectionString;
    }
}

/// <summary>The table of a service's consumers: subscription, event, and who handles it.</summary>
public sealed partial class ConsumerTable<TDb>(IServiceCollection services) where TDb : LogDbContext
{
    /// <summary>Keeps a copy of another service's records.</summary>
    public ConsumerTable<TDb> Replica<TEvent, TReplica>(Subscription subscription)
        where TEvent : class, IEvent
        where TReplica : IReplica<TEvent>
    {
        services.AddSingleton(provider => new ReplicaConsumer<TEvent, TReplica>(
            subscription.Queue, provider.GetRequiredService<ServiceDatabase>(), provider.GetRequiredService<ILogger<ReplicaConsumer<TEvent, TReplica>>>()));
        // Several packs wait in the coalescer while one commit runs; each holds its message until its own is done.
        return Add(subscription, 32, provider => provider.GetRequiredService<ReplicaConsumer<TEvent, TReplica>>().ConsumeAsync);
    }

    /// <summary>Does something once for each event.</summary>
    public ConsumerTable<TDb> Effect<TEvent, TEffect>(Subscription subscription)
        where TEvent : class, IEvent
        where TEffect : class, IEffect<TDb, TEvent>
    {
        services.AddScoped<TEffect>();
        services.AddSingleton(provider => new EffectConsumer<TDb, TEvent, TEffect>(
            subscription.Queue, provider.GetRequiredService<IServiceScopeFactory>(), provider.GetRequiredService<ILogger<EffectConsumer<TDb, TEvent, TEffect>>>()));
        return Add(subscription, 4, provider => provider.GetRequiredService<EffectConsumer<TDb, TEvent, TEffect>>().ConsumeAsync);
    }

    private ConsumerTable<TDb> Add(Subscription subscription, ushort prefetch, Func<IServiceProvider, Func<EventPack, CancellationToken, Task<IReadOnlyList<FailedItem>>>> consumer)
    {
        services.AddSingleton(subscription);
        services.AddSingleton(new QueueConsumer(subscription, (context, endpoint) =>
        {
            var queue = (IRabbitMqReceiveEndpointConfigurator)endpoint;
            var consume = consumer(context);
            queue.SetQuorumQueue();
            queue.SetQueueArgument("x-delivery-limit", BrokerTopology.DeliveryLimit);
            queue.ConfigureConsumeTopology = false;
            queue.PrefetchCount = prefetch;
            queue.ConcurrentMessageLimit = prefetch;
            foreach (var type in subscription.Events)
                queue.Bind(type, exchange => exchange.ExchangeType = "fanout");

            // What passes by itself is waited out inside; three more tries for the rest, then the _error queue.
            queue.UseMessageRetry(retry => retry.Intervals(200, 1_000, 5_000));
            queue.Handler<EventPack>(async message =>
            {
                var failed = await consume(message.Message, message.CancellationToken);
                foreach (var failure in failed)
                    Log.Failed(context.GetRequiredService<ILogger<QueueConsumer>>(), subscription.Queue, failure.Id, failure.Reason);
                if (failed.Count > 0)
                    await SetApartAsync(message, subscription.Queue, failed);
            });
        }));
        return this;
    }

    // What failed comes again, each event in a pack of its own: so the error queue gets that event alone, and a replay does not
    // send its neighbours once more.
    private static async Task SetApartAsync(ConsumeContext<EventPack> message, string queue, IReadOnlyList<FailedItem> failed)
    {
        var pack = message.Message;
        if (pack.Items.Count == 1)
            throw failed[0].Reason;

        var exchange = await message.GetSendEndpoint(new Uri($"exchange:{queue}"));
        foreach (var item in pack.Items.Where(item => failed.Any(failure => failure.Id == item.Id)))
            await exchange.Send(new EventPack(pack.Type, [item]), message.CancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(242, LogLevel.Warning, "{Queue} could not handle event {Id}; after three more tries it goes to the error queue")]
        public static partial void Failed(ILogger logger, string queue, Guid id, Exception reason);
    }
}
