using Insp1r.AppHost.Running;
using Insp1r.AppHost.Servers;
using Insp1r.Platform;
using Microsoft.Extensions.DependencyInjection;

namespace Insp1r.AppHost.Commands;

/// <summary>Empty databases and queues, and the demo data loaded anew; accounts and clients are made again as at the first start.</summary>
internal static class ResetDemoData
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(3);

    public static IResourceBuilder<ProjectResource> WithResetCommand(
        this IResourceBuilder<ProjectResource> demo, Postgres postgres, Broker broker, Installation installation, params Service[] services) => demo
        .WithCommand("reset-demo-data", "Reset demo data", context => ServiceCommands.RunAsync(ct => ResetAsync(context, postgres, broker, installation, services, ct), context), new CommandOptions
        {
            Description = "Deletes all data of this installation and loads the demo data again.",
            ConfirmationMessage = "All data of this installation is deleted: organisations, people, accounts, messages, the audit trail. Then the demo data is loaded again. Go on?",
            IconName = "ArrowReset",
        });

    private static async Task<ExecuteCommandResult> ResetAsync(
        ExecuteCommandContext context, Postgres postgres, Broker broker, Installation installation, Service[] services, CancellationToken ct)
    {
        var commands = context.Services.GetRequiredService<ResourceCommandService>();
        var board = context.Services.GetRequiredService<StatusBoard>();
        var names = services.SelectMany(service => service.Replicas).Select(replica => replica.Resource.Name).ToList();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(_limit);

        foreach (var name in names.Append(context.ResourceName))
            await commands.ExecuteCommandAsync(name, KnownResourceCommands.StopCommand, limit.Token);
        await board.UntilAsync(resources => resources.Where(r => names.Contains(r.Name)).All(r => r.Process is null), limit.Token);
        try
        {
            await postgres.EmptyAsync(limit.Token);
            await broker.EmptyAsync(limit.Token);
            File.Delete(installation.State.ErasedPersons);
            if (Directory.Exists(installation.State.Mail))
                Directory.Delete(installation.State.Mail, recursive: true);
        }
        finally
        {
            // Whatever happened: a platform without its services helps nobody.
            foreach (var name in names)
                await commands.ExecuteCommandAsync(name, KnownResourceCommands.StartCommand, ct);
        }

        await board.UntilAsync(resources => resources.Where(r => names.Contains(r.Name)).All(r => r.State == ResourceState.Running), limit.Token);
        await commands.ExecuteCommandAsync(context.ResourceName, KnownResourceCommands.StartCommand, limit.Token);
        return CommandResults.Success("All data was deleted, and the demo data is being loaded.");
    }
}
