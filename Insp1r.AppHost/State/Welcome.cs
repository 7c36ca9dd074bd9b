using System.Text;
using System.Text.Json;

namespace Insp1r.Platform;

/// <summary>What a user reads when all is healthy.</summary>
internal static class Welcome
{
    public static string Text(PlatformStatus status)
    {
        var text = new StringBuilder();
        text.AppendLine().AppendLine($"All healthy after {status.SecondsToHealthy:0.0} s.").AppendLine();
        text.AppendLine($"""
              INSP!R             {status.Address}
              API, to try it     {status.Address}/docs
              Dashboard          {status.Dashboard ?? "none"}
              A token            ./insp1r token            (./insp1r token --list names the clients and what each may do)

            Try:
              curl -H "Authorization: Bearer $(./insp1r token)" "{status.Address}/api/v1/organisations?limit=5"
              curl -H "Authorization: Bearer $(./insp1r token)" "{status.Address}/api/v1/changes/membership?limit=5"
              ./insp1r status
            """);
        if (status.Resources.Any(resource => resource is { Name: "demo-data", State: not ResourceState.Finished }))
            text.AppendLine().AppendLine("The demo data, with its networks, is still being loaded: some ten seconds more. ./insp1r status says when it is Finished.");
        return text.ToString();
    }

    /// <summary>
    /// The first sign-in of each development account: its link leads to choosing a password. For the terminal alone, and for no log: a link
    /// is as good as a password until it is used.
    /// </summary>
    public static string Accounts(StateFolder state)
    {
        if (!File.Exists(state.DevelopmentAccounts))
            return "";

        var text = new StringBuilder();
        var accounts = JsonSerializer.Deserialize<DevelopmentAccount[]>(File.ReadAllText(state.DevelopmentAccounts), JsonSerializerOptions.Web) ?? [];
        text.AppendLine("Sign in as a person, each with a role in the whole network. The link is for the first time:");
        foreach (var account in accounts)
            text.AppendLine($"  {account.Role,-12} {account.Link ?? $"{account.Email} (has a password)"}");
        text.AppendLine($"Mails are written to {state.Mail}");
        return text.ToString();
    }

    private sealed record DevelopmentAccount(string Role, string Email, string? Link);
}
