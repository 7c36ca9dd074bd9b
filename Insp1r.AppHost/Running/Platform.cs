using Insp1r.Platform;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Insp1r.AppHost.Running;

/// <summary>This installation: where its state is, where people reach it, and as whom its services run.</summary>
internal sealed record Installation(StateFolder State, int Port, string Address)
{
    /// <summary>The user that services run as where root starts the platform; null where they run as who starts it.</summary>
    public string? ServiceUser { get; } = Environment.IsPrivilegedProcess ? "insp1r" : null;

    /// <summary>No terminal is there to read: a script waits for success or failure.</summary>
    public bool IsDetached { get; init; }

    public bool IsVerbose { get; init; }

    /// <summary>The dashboard's address with the token that opens it; null where there is no dashboard.</summary>
    public string? Dashboard { get; init; }
}

/// <summary>What Aspire does not do by itself: a state folder, restarts, a status file, log files, one terminal for all.</summary>
internal static class PlatformExtensions
{
    public static Installation AddPlatform(this IDistributedApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        var port = configuration.GetValue("INSP1R_PORT", 8080);
        var dashboard = Loopback.Apply(configuration);
        var installation = new Installation(
            new StateFolder(configuration[StateFolder.Variable] is { Length: > 0 } given ? given : StateFolder.DefaultPath), port,
            configuration["INSP1R_ADDRESS"] ?? $"http://127.0.0.1:{port}")
        {
            IsDetached = configuration.GetValue("Insp1r:Detached", false),
            IsVerbose = configuration.GetValue("Insp1r:Verbose", false),
            Dashboard = configuration["AppHost:BrowserToken"] is { Length: > 0 } token ? $"{dashboard}/login?t={token}" : null,
        };
        if (builder.ExecutionContext.IsPublishMode)
            return installation;

        // Aspire's own lines come from warnings up: what happens to the resources is told in our words.
        builder.Services.AddLogging(logging => logging.AddFilter("Aspire", LogLevel.Warning).AddFilter("Microsoft", LogLevel.Warning)
            // It warns of the certificate that nothing here needs.
            .AddFilter("Aspire.Hosting.Dcp.DcpHost", LogLevel.Error)
            // The watch asks for the health itself, and tells it better.
            .AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(60));
        builder.Services.AddSingleton(installation).AddSingleton(TimeProvider.System).AddSingleton<StatusBoard>().AddSingleton<StatusFile>()
            .AddSingleton<Prerequisites>().AddSingleton<ResourceWatch>()
            .AddSingleton(services => new ConsoleOutput(services.GetRequiredService<Installation>(), TimeProvider.System));

        // Before Aspire's own, whose start lasts until all resources have started.
        builder.Services.InsertFirst(
            Hosted<FirstSteps>(), ServiceDescriptor.Singleton<IHostedService>(services => services.GetRequiredService<ResourceWatch>()), Hosted<StatusWriter>(),
            Hosted<HealthWatch>(), Hosted<LogFiles>(), Hosted<Announcements>(), Hosted<DiskWatch>(), Hosted<OrchestratorWatch>());
        return installation;

        static ServiceDescriptor Hosted<T>() where T : class, IHostedService => ServiceDescriptor.Singleton<IHostedService, T>();
    }

    private static void InsertFirst(this IServiceCollection services, params ReadOnlySpan<ServiceDescriptor> descriptors)
    {
        for (var i = 0; i < descriptors.Length; i++)
            services.Insert(i, descriptors[i]);
    }

    /// <summary>Runs until somebody asks for the end. A failure with a message for the user is told as it is.</summary>
    /// <returns>The process's exit code.</returns>
    public static async Task<int> RunPlatformAsync(this DistributedApplication application)
    {
        await using (application)
        {
            try
            {
                await application.RunAsync();
            }
            catch (PlatformException e)
            {
                await Console.Error.WriteLineAsync(e.Message);
                return 1;
            }

            return application.Services.GetService<StatusFile>()?.HasFailed == true ? 1 : 0;
        }
    }
}
