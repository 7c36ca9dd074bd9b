using System.Diagnostics;
using Aspire.Hosting.ApplicationModel;
using Insp1r.Platform;
using Insp1r.Testing.Stack;

namespace Insp1r.AppHost.Tests;

/// <summary>What ends is started again, unless somebody asked for the end.</summary>
public sealed class RestartTests(RunningPlatform platform) : IAsyncLifetime
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await platform.StartedAsync(Ct);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("advocacy-2")]
    [InlineData("postgres")]
    [InlineData("rabbitmq")]
    public async Task Process_Killed_IsStartedAgainAndCounted(string name)
    {
        var (killed, restarts) = (platform[name].Process!.ProcessId, platform[name].Restarts);

        Testing.Stack.Signals.Kill(killed);

        await platform.UntilRunsAgainAsync(name, killed, Ct);
        Assert.Equal(restarts + 1, platform[name].Restarts);
        await Until.TrueAsync(() => Running.StartUp.IsComplete(platform.Resources), "all is healthy again", Ct, TimeSpan.FromMinutes(2));
    }

    [Fact]
    public async Task Process_ThatHangs_IsKilledAndStartedAgain()
    {
        var hanging = platform["communications-1"].Process!.ProcessId;

        Testing.Stack.Signals.Stop(hanging);

        await Until.TrueAsync(() => platform["communications-1"].State == ResourceState.Unhealthy, "the hanging replica is seen", Ct);
        await platform.UntilRunsAgainAsync("communications-1", hanging, Ct);
    }

    [Fact]
    public async Task Broker_WithAMemoryAlarm_IsNotWellAndNotRestarted()
    {
        var broker = platform["rabbitmq"].Process!.ProcessId;

        await RabbitMqCtlAsync("set_vm_memory_high_watermark", "0.00001");
        try
        {
            await Until.TrueAsync(() => platform["rabbitmq"] is { State: ResourceState.Unhealthy, Message: { } message } && message.Contains("alarm", StringComparison.Ordinal), "the alarm is seen", Ct);
        }
        finally
        {
            await RabbitMqCtlAsync("set_vm_memory_high_watermark", "0.25");
        }

        await Until.TrueAsync(() => platform["rabbitmq"].State == ResourceState.Running, "the alarm is over", Ct);
        Assert.Equal(broker, platform["rabbitmq"].Process!.ProcessId);
    }

    private async Task RabbitMqCtlAsync(params string[] arguments)
    {
        var script = Directory.GetFiles("/usr/lib/rabbitmq/lib", "rabbitmqctl", SearchOption.AllDirectories).Single(file => file.Contains("/sbin/", StringComparison.Ordinal));
        string[] command = Environment.IsPrivilegedProcess ? ["setpriv", .. Running.UserAccount.AsUser("rabbitmq"), script, .. arguments] : [script, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var (name, value) in await platform.VariablesAsync("rabbitmq"))
        {
            if (name is "HOME" or "ERL_EPMD_PORT" or "ERL_EPMD_ADDRESS" or "RABBITMQ_NODENAME" or "RABBITMQ_CONF_ENV_FILE")
                start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(Ct) + await process.StandardError.ReadToEndAsync(Ct);
        await process.WaitForExitAsync(Ct);
        Assert.True(process.ExitCode == 0, output);
    }

    [Fact]
    public async Task Process_StoppedByCommand_StaysStoppedUntilItIsStarted()
    {
        var commands = (ResourceCommandService)platform.Application.Services.GetService(typeof(ResourceCommandService))!;
        var before = platform["communications-2"];

        Assert.True((await commands.ExecuteCommandAsync("communications-2", KnownResourceCommands.StopCommand, Ct)).Success);
        await Until.TrueAsync(() => platform["communications-2"].State == ResourceState.Stopped, "it is stopped", Ct);
        Assert.Equal(before.Restarts, platform["communications-2"].Restarts);

        Assert.True((await commands.ExecuteCommandAsync("communications-2", KnownResourceCommands.StartCommand, Ct)).Success);
        await platform.UntilRunsAgainAsync("communications-2", before.Process!.ProcessId, Ct);
    }
}
