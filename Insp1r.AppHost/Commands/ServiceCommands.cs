using System.Text.Json.Nodes;
using Insp1r.AppHost.Running;

namespace Insp1r.AppHost.Commands;

/// <summary>What an operator can do with a service from the dashboard, or by <c>aspire resource NAME COMMAND</c>.</summary>
internal static class ServiceCommands
{
    public static IResourceBuilder<ProjectResource> WithOperatorCommands(this IResourceBuilder<ProjectResource> project, string service, Installation installation) => project
        .WithCommand("replay-dead-letters", "Replay dead letters", context => RunAsync(ct => ReplayAsync(service, installation, ct), context), new CommandOptions
        {
            Description = "Hands the messages that a consumer could not handle to it again, and publishes the rows of the log again that could not be published.",
            ConfirmationMessage = $"Replay what failed in {service}? Mend the reason first: consumers do nothing twice, and what fails again comes back here.",
            IconName = "MailArrowUp",
            UpdateState = WhileRunning,
        })
        .WithCommand("verify-audit-trail", "Verify the audit trail", context => RunAsync(ct => VerifyAsync(service, installation, ct), context), new CommandOptions
        {
            Description = "Compares the change log with its seals: whether a row was changed, removed or inserted since.",
            IconName = "ShieldCheckmark",
            UpdateState = WhileRunning,
        });

    internal static ResourceCommandState WhileRunning(UpdateCommandStateContext context) =>
        context.ResourceSnapshot.State?.Text == KnownResourceStates.Running ? ResourceCommandState.Enabled : ResourceCommandState.Disabled;

    internal static async Task<ExecuteCommandResult> RunAsync(Func<CancellationToken, Task<ExecuteCommandResult>> command, ExecuteCommandContext context)
    {
        try
        {
            return await command(context.CancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or Npgsql.NpgsqlException or InvalidOperationException or OperationCanceledException)
        {
            return CommandResults.Failure(e.Message);
        }
    }

    private static async Task<ExecuteCommandResult> ReplayAsync(string service, Installation installation, CancellationToken ct)
    {
        using var api = await GatewayApi.SignInAsync(installation, "operator", ct);
        var messages = 0L;
        foreach (var (queue, count) in (await api.GetAsync($"operations/{service}/errors", ct)).AsObject())
        {
            if ((long)count! > 0)
                messages += (long)(await api.PostAsync($"operations/{service}/errors/{queue}/replay", ct))["rows"]!;
        }

        var rows = (long)(await api.PostAsync($"operations/{service}/dead/retry", ct))["rows"]!;
        return CommandResults.Success($"{messages} messages of {service} were handed to their consumers again, {rows} rows of its log are published again.");
    }

    private static async Task<ExecuteCommandResult> VerifyAsync(string service, Installation installation, CancellationToken ct)
    {
        using var api = await GatewayApi.SignInAsync(installation, "steward", ct);
        JsonNode page;
        string? after = null;
        do
        {
            page = await api.GetAsync($"audit/{service}/verification{(after is null ? "" : $"?after={Uri.EscapeDataString(after)}")}", ct);
            if (!(bool)page["intact"]!)
                return CommandResults.Failure($"The audit trail of {service} is not what was sealed.", page.ToJsonString(), CommandResultFormat.Json);
            after = page["next"]?.ToString();
        }
        while (after is not null);

        return CommandResults.Success($"The audit trail of {service} is what was sealed, up to {page["head"]?.ToJsonString()}.");
    }
}
