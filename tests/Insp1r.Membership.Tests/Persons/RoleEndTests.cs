using Insp1r.Membership.Tests.Accounts;
using Insp1r.Testing.Stack;

namespace Insp1r.Membership.Tests.Persons;

/// <summary>When a role ends, on which day, by whom, and what ends with it.</summary>
public sealed class RoleEndTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task M8_TermThatIsOver_KeepsItsLastDay()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var person = await network.PersonAsync("Term over", null, Ct);
        var (over, later) = (await MandateAsync("2022-01-01", "2024-12-31"), await MandateAsync("2099-01-01", "2101-12-31"));

        Assert.Equal(["/to out-of-range"], (await EndAsync(over, "2025-06-30")).IsProblem(422, "invalid").Faults());
        Assert.Equal("2024-12-31", (string?)(await EndAsync(over, null)).Expect(200).Json["to"]);
        Assert.Equal("2099-01-01", (string?)(await EndAsync(later, null)).Expect(200).Json["to"]);

        async Task<Guid> MandateAsync(string from, string to) => (await network.Steward.PostAsync(
            $"/api/v1/persons/{person}/roles", new { kind = "mandate", title = "Member", from, to, node = network.Node, body = "steering-committee" }, Ct)).Expect(201).Id;

        Task<Answer> EndAsync(Guid role, string? to) => network.Steward.PostAsync($"/api/v1/persons/{person}/roles/{role}/end", new { reason = "Tidied up", to }, Ct);
    }

    [Fact]
    public async Task M8_RoleThatAccessHangsOn_IsEndedByAStewardOnly()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var (person, account, _) = await network.InviteAsync(Ct, $"reader@{network.Node}");
        var (role, _) = await ContactAsync(network, person);
        (await network.Steward.PostAsync($"/api/v1/accounts/{account["id"]}/grants", new { grant = $"steward@{network.Node}", personRoleId = role }, Ct)).Expect(200);

        (await network.Contributor.PostAsync($"/api/v1/persons/{person}/roles/{role}/end", new { reason = "By mistake" }, Ct)).IsProblem(403, "outside-your-nodes");
        Assert.Equal(2, await GrantsInForceAsync(account));
        (await network.Steward.PostAsync($"/api/v1/persons/{person}/roles/{role}/end", new { reason = "She left" }, Ct)).Expect(200);
        Assert.Equal(1, await GrantsInForceAsync(account));
    }

    [Fact]
    public async Task M8_OrganisationThatWithdraws_HasNoContactsMore()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var (person, account, _) = await network.InviteAsync(Ct, $"reader@{network.Node}");
        var (role, organisation) = await ContactAsync(network, person);
        var (elsewhere, _) = await ContactAsync(network, person);
        (await network.Steward.PostAsync($"/api/v1/accounts/{account["id"]}/grants", new { grant = $"contributor@{network.Node}", personRoleId = role }, Ct)).Expect(200);

        (await network.Steward.PostAsync(
            $"/api/v1/organisations/{organisation}/affiliations/{network.Node}/moves", new { to = "withdrawn", effective = "2026-02-01", correction = true, reason = "They left", decidedBy = "General assembly", decidedOn = "2026-02-01" }, Ct)).Expect(200);

        var roles = (await network.Steward.GetAsync($"/api/v1/persons/{person}/roles", Ct)).Expect(200).Json["items"]!.AsArray();
        Assert.Equal(
            [(role, "2026-02-01"), (elsewhere, null)],
            roles.Select(r => ((Guid)r!["id"]!, (string?)r["to"])).OrderBy(r => r.Item2 is null));
        Assert.Equal(1, await GrantsInForceAsync(account));
        var again = await network.Contributor.PostAsync($"/api/v1/persons/{person}/roles", Contact(organisation), Ct);
        Assert.Equal(["/organisationId withdrawn-organisation"], again.IsProblem(422, "invalid").Faults());
    }

    [Fact]
    public async Task M8_AffiliatesOfAFederationThatWithdraws_HaveNoContactsMore()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var federation = (await network.RegisterAsync("Federation", Ct, since: "2020-01-01")).Expect(201).Id;
        var affiliate = (await network.RegisterAsync("Affiliate", Ct, through: federation, since: "2021-01-01")).Expect(201).Id;
        var (person, account, _) = await network.InviteAsync(Ct, $"reader@{network.Node}");
        var role = (await network.Contributor.PostAsync($"/api/v1/persons/{person}/roles", Contact(affiliate), Ct)).Expect(201).Id;
        (await network.Steward.PostAsync($"/api/v1/accounts/{account["id"]}/grants", new { grant = $"contributor@{network.Node}", personRoleId = role }, Ct)).Expect(200);

        (await network.Steward.PostAsync(
            $"/api/v1/organisations/{federation}/affiliations/{network.Node}/moves", new { to = "withdrawn", effective = "2026-02-01", correction = true, reason = "They left", decidedBy = "General assembly", decidedOn = "2026-02-01" }, Ct)).Expect(200);

        Assert.Equal("2026-02-01", (string?)(await network.Steward.GetAsync($"/api/v1/persons/{person}/roles", Ct)).Expect(200).Json["items"]![0]!["to"]);
        Assert.Equal(1, await GrantsInForceAsync(account));
        Assert.Equal(["/organisationId withdrawn-organisation"], (await network.Contributor.PostAsync($"/api/v1/persons/{person}/roles", Contact(affiliate), Ct)).IsProblem(422, "invalid").Faults());
    }

    private static object Contact(Guid organisation) => new { kind = "contact", title = "Secretary", from = "2024-01-01", organisationId = organisation };

    private static async Task<(Guid Role, Guid Organisation)> ContactAsync(Network network, Guid person)
    {
        var organisation = (await network.RegisterAsync($"Organisation {Guid.NewGuid()}", Ct, since: "2024-01-01")).Expect(201).Id;
        return ((await network.Contributor.PostAsync($"/api/v1/persons/{person}/roles", Contact(organisation), Ct)).Expect(201).Id, organisation);
    }

    private Task<long> GrantsInForceAsync(System.Text.Json.Nodes.JsonNode account) =>
        shared.ScalarAsync<long>("select count(*) from account_grant where account_id = $1 and (until is null or until > now())", Ct, (Guid)account["id"]!);
}
