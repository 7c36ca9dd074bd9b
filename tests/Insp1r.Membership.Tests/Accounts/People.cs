using System.Text.Json.Nodes;
using Insp1r.Testing.Stack;

namespace Insp1r.Membership.Tests.Accounts;

/// <summary>Somebody with an account.</summary>
internal sealed record Somebody(Guid Person, Guid Account, string Email, PersonBrowser Browser);

internal static class People
{
    public static async Task<Guid> PersonAsync(this Network network, string name, string? email, CancellationToken ct) =>
        (await network.Steward.PostAsync("/api/v1/persons", new { node = network.Node, name, email, language = "en" }, ct)).Expect(201).Id;

    /// <summary>Invites somebody with these grants, without waiting for the mail.</summary>
    public static async Task<(Guid Person, JsonNode Account, string Email)> InviteAsync(this Network network, CancellationToken ct, params string[] grants)
    {
        var email = $"{Guid.NewGuid():N}@example.org";
        var person = await network.PersonAsync("Somebody Invited", email, ct);
        var account = (await network.Steward.PostAsync("/api/v1/accounts", new { personId = person, grants }, ct)).Expect(201).Json;
        return (person, account, email);
    }

    /// <summary>Somebody who took the invitation up and is signed in.</summary>
    public static async Task<Somebody> WelcomeAsync(this Shared shared, Network network, CancellationToken ct, params string[] grants)
    {
        var (person, account, email) = await network.InviteAsync(ct, grants);
        var mail = await shared.Mail.WaitForAsync(email, ct);
        var browser = new PersonBrowser(shared.App.Address);
        await browser.TakeUpAsync(mail.Link("/account/invitation"), ct);
        return new Somebody(person, Guid.Parse((string)account["id"]!), email, browser);
    }
}
