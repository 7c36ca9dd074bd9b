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

    [Fact]
    public async Task M8_EndThatIsTakenBack_GivesTheContactsBack_ButNotTheirAccess()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var federation = (await network.RegisterAsync("Federation", Ct, since: "2020-01-01")).Expect(201).Id;
        var affiliate = (await network.RegisterAsync("Affiliate", Ct, through: federation, since: "2021-01-01")).Expect(201).Id;
        var (person, account, _) = await network.InviteAsync(Ct, $"reader@{network.Node}");
        var (ofFederation, ofAffiliate) = (await AddAsync(person, Contact(federation)), await AddAsync(person, Contact(affiliate)));
        var mandate = await AddAsync(person, new { kind = "mandate", title = "Speaker", from = "2024-01-01", to = "2099-12-31", organisationId = affiliate });
        var over = await AddAsync(person, new { kind = "mandate", title = "Speaker", from = "2020-01-01", to = "2021-12-31", organisationId = affiliate });
        var endedBefore = await AddAsync(person, Contact(affiliate));
        (await network.Steward.PostAsync($"/api/v1/persons/{person}/roles/{endedBefore}/end", new { reason = "She left" }, Ct)).Expect(200);
        var erased = (await network.Contributor.PostAsync("/api/v1/persons", new { node = network.Node, name = "Erased", language = "en" }, Ct)).Expect(201).Id;
        var ofErased = await AddAsync(erased, Contact(affiliate));
        (await network.Steward.PostAsync($"/api/v1/accounts/{account["id"]}/grants", new { grant = $"contributor@{network.Node}", personRoleId = ofAffiliate }, Ct)).Expect(200);

        var moves = $"/api/v1/organisations/{federation}/affiliations/{network.Node}/moves";
        (await network.Steward.PostAsync(moves, new { to = "excluded", reason = "Dues", decidedBy = "General assembly", decidedOn = "2026-02-01" }, Ct)).Expect(200);
        Assert.Empty(await OpenAsync());
        (await network.Steward.PostAsync($"/api/v1/persons/{erased}/erasure", new { reason = "requested-by-person" }, Ct)).Expect(200);
        var move = (string?)(await network.Steward.GetAsync(moves, Ct)).Expect(200).Json["items"]![0]!["id"];
        (await network.Steward.PostAsync($"{moves}/{move}/revocation", new { reason = "Another federation" }, Ct)).Expect(200);

        Assert.Equal(new HashSet<Guid> { ofFederation, ofAffiliate, mandate }, await OpenAsync());
        var roles = (await network.Steward.GetAsync($"/api/v1/persons/{person}/roles", Ct)).Expect(200).Json["items"]!.AsArray().ToDictionary(role => (Guid)role!["id"]!);
        Assert.Equal(
            [(null, null), ("2099-12-31", null), ("2021-12-31", "The organisation withdrew")],
            ((Guid[])[ofAffiliate, mandate, over]).Select(id => ((string?)roles[id]!["to"], (string?)roles[id]!["endReason"])));
        Assert.Equal("She left", (string?)roles[endedBefore]!["endReason"]);
        Assert.True(await shared.ScalarAsync<bool>("select ended_at is not null from person_role where id = $1", Ct, ofErased));
        Assert.Equal(1, await GrantsInForceAsync(account));
        Assert.Equal(3, await shared.ScalarAsync<long>("select count(*) from change_log where type = 'membership.person-role-resumed' and subject_id = $1 and payload is not null", Ct, person));

        // What ends later on is another end.
        (await network.Steward.PostAsync($"/api/v1/persons/{person}/roles/{ofAffiliate}/end", new { reason = "She left" }, Ct)).Expect(200);
        (await network.Steward.PostAsync(moves, new { to = "withdrawn", reason = "They left", decidedBy = "General assembly", decidedOn = "2026-02-01" }, Ct)).Expect(200);
        Assert.Empty(await OpenAsync());
        move = (string?)(await network.Steward.GetAsync(moves, Ct)).Expect(200).Json["items"]!.AsArray().Single(m => (string?)m!["status"] == "withdrawn")!["id"];
        (await network.Steward.PostAsync($"{moves}/{move}/revocation", new { reason = "They stay" }, Ct)).Expect(200);
        Assert.Equal(new HashSet<Guid> { ofFederation, mandate }, await OpenAsync());

        async Task<Guid> AddAsync(Guid whom, object role) => (await network.Steward.PostAsync($"/api/v1/persons/{whom}/roles", role, Ct)).Expect(201).Id;

        async Task<HashSet<Guid>> OpenAsync() => [.. await shared.ScalarAsync<Guid[]>(
            "select coalesce(array_agg(id), '{}') from person_role where ended_at is null and organisation_id in ($1, $2)", Ct, federation, affiliate)];
    }

    [Fact]
    public async Task M8_ContactsOfAPeriodThatEnded_AreNotThoseOfTheNext()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var (person, _, _) = await network.InviteAsync(Ct, $"reader@{network.Node}");
        var (role, organisation) = await ContactAsync(network, person);
        var moves = $"/api/v1/organisations/{organisation}/affiliations/{network.Node}/moves";
        (await network.Steward.PostAsync(moves, new { to = "withdrawn", reason = "They left", decidedBy = "General assembly", decidedOn = "2026-02-01", effective = "2026-02-01", correction = true }, Ct)).Expect(200);

        (await network.Steward.PostAsync($"/api/v1/organisations/{organisation}/affiliations", new { node = network.Node }, Ct)).Expect(201);

        Assert.True(await shared.ScalarAsync<bool>("select ended_at is not null from person_role where id = $1", Ct, role));
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
