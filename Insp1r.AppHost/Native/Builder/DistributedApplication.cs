using Insp1r.NativeHosting;
using Insp1r.Platform;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

public sealed class DistributedApplication : IHost, IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly NativeEngine _engine;

    internal DistributedApplication(DistributedApplicationBuilder builder)
    {
        _services = builder.Services.BuildServiceProvider();
        _engine = new NativeEngine(builder);
    }

    public IServiceProvider Services => _services;

    public static IDistributedApplicationBuilder CreateBuilder() => CreateBuilder([]);

    public static IDistributedApplicationBuilder CreateBuilder(string[] args)
    {
        // A parameter that is no number, a name used twice: what is wrong matters to the user, not where the model noticed it.
        AppDomain.CurrentDomain.UnhandledException += (_, failure) =>
        {
            Console.Error.WriteLine($"The application model cannot be built: {((Exception)failure.ExceptionObject).GetBaseException().Message}");
            Environment.Exit(1);
        };
        return new DistributedApplicationBuilder(args);
    }

    public static IDistributedApplicationBuilder CreateBuilder(DistributedApplicationOptions options) => CreateBuilder(options.Args ?? []);

    public void Run() => RunAsync().GetAwaiter().GetResult();

    /// <summary>Runs until a signal or the token asks to stop; what goes wrong is told on the terminal and by the exit code.</summary>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        using var stop = new StopSignals(cancellationToken, _engine.Kill);
        try
        {
            await StartAsync(stop.Requested);
            await _engine.UntilStoppedAsync(stop.Requested);
        }
        catch (PlatformException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            Environment.ExitCode = 1;
        }
        finally
        {
            await StopAsync(CancellationToken.None);
            await DisposeAsync();
        }
    }

    public Task StartAsync(CancellationToken cancellationToken = default) => _engine.StartAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken = default) => _engine.StopAsync();

    public void Dispose() => _services.Dispose();

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
