using Insp1r.Testing.Stack;

namespace Insp1r.Membership.Tests.Accounts;

public sealed class KeepingTests(Shared shared)
{
    private const string Reason = "Nobody can be reached and it cannot wait";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task G2_StewardOfAnotherNode_SeesAndDoesNothing()
    {
        var mine = await shared.NewNetworkAsync(Ct);
        var other = await shared.NewNetworkAsync(Ct);
        var (person, account, _) = await other.InviteAsync(Ct, $"reader@{other.Node}");
        var path = $"/api/v1/accounts/{account["id"]}";
        var stranger = await mine.PersonAsync("Mine", "mine@example.org", Ct);

        (await mine.Steward.GetAsync(path, Ct)).IsProblem(404, "not-found");
        Assert.Empty((await mine.Steward.GetAsync("/api/v1/accounts", Ct)).Json["items"]!.AsArray());
        foreach (var action in (string[])["invitation", "recovery", "sessions/end", "closure"])
            (await mine.Steward.PostAsync($"{path}/{action}", null, Ct)).IsProblem(404, "not-found");
        (await mine.Steward.PostAsync($"{path}/grants", new { grant = $"reader@{mine.Node}" }, Ct)).IsProblem(404, "not-found");
        (await mine.Steward.PostAsync($"{path}/grants/{account["grants"]![0]!["id"]}/end", null, Ct)).IsProblem(404, "not-found");
        (await mine.Steward.PostAsync("/api/v1/accounts", new { personId = person, grants = (string[])[$"reader@{mine.Node}"] }, Ct)).IsProblem(404, "not-found");
        (await mine.Steward.PostAsync("/api/v1/accounts", new { personId = stranger, grants = (string[])[$"reader@{other.Node}"] }, Ct)).IsProblem(403, "outside-your-nodes");
        (await mine.Contributor.GetAsync("/api/v1/accounts", Ct)).IsProblem(403, "forbidden");
        Assert.Single((await other.Steward.GetAsync("/api/v1/accounts", Ct)).Json["items"]!.AsArray());
    }

    [Fact]
    public async Task Invitation_ThatCannotBe_SaysWhatIsWrong()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var nobody = await network.PersonAsync("Without address", null, Ct);
        var (person, _, _) = await network.InviteAsync(Ct, $"reader@{network.Node}");
        var someone = await network.PersonAsync("Someone", $"{Guid.NewGuid():N}@example.org", Ct);

        Assert.Equal(["/personId no-address"], (await Invite(nobody, $"reader@{network.Node}")).IsProblem(422, "invalid").Faults());
        Assert.Equal(["/grants/0 bad-grant"], (await Invite(someone, "chief@everywhere")).IsProblem(422, "invalid").Faults());
        Assert.Equal(["/grants/0 unknown-node"], (await Invite(someone, $"reader@{network.Node}.nowhere")).IsProblem(422, "invalid").Faults());
        Assert.Equal(["/grants out-of-range"], (await Invite(someone)).IsProblem(422, "invalid").Faults());
        (await Invite(someone, $"operator@{network.Node}")).IsProblem(403, "outside-your-nodes");
        (await Invite(person, $"reader@{network.Node}")).IsProblem(409, "account-exists");

        Task<Answer> Invite(Guid personId, params string[] grants) => network.Steward.PostAsync("/api/v1/accounts", new { personId, grants }, Ct);
    }

    [Fact]
    public async Task Recovery_LetsThePersonBeginAnew_ByTheRecordedAddress()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var steward = await shared.WelcomeAsync(network, Ct, $"steward@{network.Node}");

        (await network.Steward.PostAsync($"/api/v1/accounts/{steward.Account}/recovery", null, Ct)).Expect(200);

        (await steward.Browser.GetAsync("/account", Ct)).Is(302);
        (await steward.Browser.SignInAsync(steward.Email, PersonBrowser.Password, Ct)).Is(401);
        using var again = new PersonBrowser(shared.App.Address);
        await again.TakeUpAsync((await shared.Mail.WaitForAsync(steward.Email, Ct, number: 2)).Link("/account/invitation"), Ct);
        Assert.NotEqual(steward.Browser.Key, again.Key);
        steward.Browser.Dispose();
    }

    [Fact]
    public async Task RecoveryThatIsRefused_LeavesTheAccountAsItWas()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var somebody = await shared.WelcomeAsync(network, Ct, $"contributor@{network.Node}");
        (await network.Steward.PatchAsync($"/api/v1/persons/{somebody.Person}", new { email = (string?)null }, Ct, ("If-Match", "*"))).Expect(200);

        (await network.Steward.PostAsync($"/api/v1/accounts/{somebody.Account}/recovery", null, Ct)).IsProblem(409, "account-without-address");

        (await somebody.Browser.GetAsync("/account", Ct)).Is(200);
        Assert.Equal("active", (string?)(await network.Steward.GetAsync($"/api/v1/accounts/{somebody.Account}", Ct)).Expect(200).Json["status"]);
        somebody.Browser.Dispose();
    }

    [Fact]
    public async Task ClosedAccount_OpensNothingMore()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var somebody = await shared.WelcomeAsync(network, Ct, $"contributor@{network.Node}");
        var app = await TestApp.AddAsync(shared, Ct);
        var tokens = await app.SignInAsync(somebody.Browser, Ct);
        using var api = app.With(tokens);

        (await network.Steward.PostAsync($"/api/v1/accounts/{somebody.Account}/closure", null, Ct, ("Change-Reason", "She left"))).Expect(200);
        (await network.Steward.PostAsync($"/api/v1/accounts/{somebody.Account}/closure", null, Ct)).Expect(200);

        (await api.GetAsync("/api/v1/organisations", Ct)).IsProblem(401, "unauthorized");
        (await app.RefreshAsync((string)tokens["refresh_token"]!, Ct)).IsRefused("invalid_grant");
        (await somebody.Browser.GetAsync("/account", Ct)).Is(302);
        (await somebody.Browser.SignInAsync(somebody.Email, PersonBrowser.Password, Ct)).Is(401);
        (await network.Steward.PostAsync($"/api/v1/accounts/{somebody.Account}/grants", new { grant = $"reader@{network.Node}" }, Ct)).IsProblem(409, "account-closed");
        var returned = (await network.Steward.PostAsync("/api/v1/accounts", new { personId = somebody.Person, grants = (string[])[$"reader@{network.Node}"] }, Ct)).Expect(201).Json;
        Assert.Equal((somebody.Account.ToString(), "invited"), ((string)returned["id"]!, (string)returned["status"]!));
        using var back = new PersonBrowser(shared.App.Address);
        var page = await back.TakeUpAsync((await shared.Mail.WaitForAsync(somebody.Email, Ct, number: 2)).Link("/account/invitation"), Ct);
        Assert.DoesNotContain($"Record and read in {network.Node}", page.Text, StringComparison.Ordinal);
        Assert.Equal("She left", await shared.ScalarAsync<string>("select payload ->> 'reason' from change_log where subject_id = $1 and type = 'membership.account-closed'", Ct, somebody.Account));
        somebody.Browser.Dispose();
    }

    [Fact]
    public async Task G3_Override_ReadsForThreeHours_AndTheOwnersLearnOfItAtOnce()
    {
        var mine = await shared.NewNetworkAsync(Ct);
        var other = await shared.NewNetworkAsync(Ct);
        var owner = await shared.WelcomeAsync(other, Ct, $"steward@{other.Node}");
        var steward = await shared.WelcomeAsync(mine, Ct, $"steward@{mine.Node}");
        await other.RegisterAsync("Of the other network", Ct);
        var atRisk = (await other.Steward.PostAsync("/api/v1/persons", new { node = other.Node, name = "Hidden Person", language = "en", atRisk = true }, Ct)).Expect(201).Id;
        var app = await TestApp.AddAsync(shared, Ct);
        var tokens = await app.SignInAsync(steward.Browser, Ct);
        using var before = app.With(tokens);
        Assert.Empty((await before.GetAsync($"/api/v1/organisations?node={other.Node}", Ct)).Json["items"]!.AsArray());

        var reason = "The office does not answer since the flood, and the ministry waits for the list";
        Assert.Equal(["/reason too-short"], (await before.PostAsync("/api/v1/overrides", new { node = other.Node, reason = "because" }, Ct)).IsProblem(422, "invalid").Faults());
        Assert.Equal(["/node has-networks-below"], (await before.PostAsync("/api/v1/overrides", new { node = "insp1r.africa", reason }, Ct)).IsProblem(422, "invalid").Faults());
        (await before.PostAsync("/api/v1/overrides", new { node = mine.Node, reason }, Ct)).IsProblem(409, "override-not-needed");
        (await mine.Steward.PostAsync("/api/v1/overrides", new { node = other.Node, reason }, Ct)).IsProblem(403, "override-for-people");
        var opened = (await before.PostAsync("/api/v1/overrides", new { node = other.Node, reason }, Ct)).Expect(201).Json;

        var refreshed = (await app.RefreshAsync((string)tokens["refresh_token"]!, Ct)).Expect(200).Json;
        using var during = app.With(refreshed);
        Assert.Equal(["Of the other network"], (await during.GetAsync($"/api/v1/organisations?node={other.Node}", Ct)).Names());
        (await during.PostAsync("/api/v1/organisations", other.Organisation("Planted"), Ct)).IsProblem(403, "outside-your-nodes");
        (await during.GetAsync($"/api/v1/persons/{atRisk}", Ct)).IsProblem(404, "not-found");
        Assert.Equal(TimeSpan.FromHours(3), DateTimeOffset.Parse((string)opened["until"]!) - DateTimeOffset.Parse((string)opened["from"]!));
        Assert.Contains(other.Node, (await shared.Mail.WaitForAsync(owner.Email, Ct, number: 2)).Body, StringComparison.Ordinal);
        var listed = (await other.Steward.GetAsync("/api/v1/overrides", Ct)).Json["items"]!.AsArray().Single()!;
        Assert.Equal((reason, steward.Account.ToString()), ((string)listed["reason"]!, (string)listed["account"]!));
        Assert.Empty((await mine.Steward.GetAsync("/api/v1/overrides", Ct)).Json["items"]!.AsArray());
        Assert.Equal(1, await shared.ScalarAsync<long>("select count(*) from change_log where node = $1 and type = 'membership.override-opened'", Ct, other.Node));

        // The owner ends it.
        var ended = (await other.Steward.PostAsync($"/api/v1/accounts/{steward.Account}/grants/{opened["id"]}/end", null, Ct)).Expect(200);
        Assert.DoesNotContain(steward.Email, ended.Text, StringComparison.Ordinal);
        (await during.GetAsync("/api/v1/organisations", Ct)).IsProblem(401, "unauthorized");
        using var after = app.With((await app.RefreshAsync((string)refreshed["refresh_token"]!, Ct)).Expect(200).Json);
        Assert.Empty((await after.GetAsync($"/api/v1/organisations?node={other.Node}", Ct)).Json["items"]!.AsArray());
        owner.Browser.Dispose();
        steward.Browser.Dispose();
    }

    [Fact]
    public async Task G3_OverrideThatIsOver_IsInNoToken_AndNoTokenOutlivesIt()
    {
        var mine = await shared.NewNetworkAsync(Ct);
        var other = await shared.NewNetworkAsync(Ct);
        await other.RegisterAsync("Of the other network", Ct);
        var owner = await shared.WelcomeAsync(other, Ct, $"steward@{other.Node}");
        var steward = await shared.WelcomeAsync(mine, Ct, $"steward@{mine.Node}");
        var app = await TestApp.AddAsync(shared, Ct);
        var tokens = await app.SignInAsync(steward.Browser, Ct);
        using var before = app.With(tokens);
        var opened = (await before.PostAsync("/api/v1/overrides", new { node = other.Node, reason = Reason }, Ct)).Expect(201).Id;

        await shared.ScalarAsync<Guid>("update account_grant set until = now() + interval '2 minutes' where id = $1 returning id", Ct, opened);
        var near = (await app.RefreshAsync((string)tokens["refresh_token"]!, Ct)).Expect(200).Json;
        Assert.InRange((int)near["expires_in"]!, 1, 120);
        await shared.ScalarAsync<Guid>("update account_grant set until = now() - interval '1 second' where id = $1 returning id", Ct, opened);
        using var after = app.With((await app.RefreshAsync((string)near["refresh_token"]!, Ct)).Expect(200).Json);
        Assert.Empty((await after.GetAsync($"/api/v1/organisations?node={other.Node}", Ct)).Json["items"]!.AsArray());
        owner.Browser.Dispose();
        steward.Browser.Dispose();
    }

    [Fact]
    public async Task G3_Override_ThatNobodyWouldLearnOf_IsRefused()
    {
        var mine = await shared.NewNetworkAsync(Ct);
        var other = await shared.NewNetworkAsync(Ct);
        // Invited, and so without a way to be told yet.
        await other.InviteAsync(Ct, $"steward@{other.Node}");
        var steward = await shared.WelcomeAsync(mine, Ct, $"steward@{mine.Node}");
        var app = await TestApp.AddAsync(shared, Ct);
        using var api = app.With(await app.SignInAsync(steward.Browser, Ct));

        (await api.PostAsync("/api/v1/overrides", new { node = other.Node, reason = Reason }, Ct)).IsProblem(409, "override-nobody-to-tell");

        Assert.Equal(0, await shared.ScalarAsync<long>("select count(*) from account_grant where account_id = $1 and override_reason is not null", Ct, steward.Account));
        steward.Browser.Dispose();
    }

    [Fact]
    public async Task ClosedAccount_LeavesItsAddressFree_ForWhoBeginsAnewInAnotherNetwork()
    {
        var before = await shared.NewNetworkAsync(Ct);
        var somebody = await shared.WelcomeAsync(before, Ct, $"reader@{before.Node}");
        var now = await shared.NewNetworkAsync(Ct);
        var person = await now.PersonAsync("The same in another network", somebody.Email, Ct);
        (await InviteAsync()).IsProblem(409, "account-exists");
        (await before.Steward.PostAsync($"/api/v1/accounts/{somebody.Account}/closure", null, Ct)).Expect(200);

        (await InviteAsync()).Expect(201);

        using var browser = new PersonBrowser(shared.App.Address);
        var page = await browser.TakeUpAsync((await shared.Mail.WaitForAsync(somebody.Email, Ct, number: 2)).Link("/account/invitation"), Ct);
        Assert.Contains(now.Node, page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain($"{before.Node}<", page.Text, StringComparison.Ordinal);
        (await browser.SignInAsync(somebody.Email, PersonBrowser.Password, Ct)).Is(200);
        // The way back is taken: one address opens one account.
        (await before.Steward.PostAsync("/api/v1/accounts", new { personId = somebody.Person, grants = (string[])[$"reader@{before.Node}"] }, Ct)).IsProblem(409, "account-exists");
        somebody.Browser.Dispose();

        Task<Answer> InviteAsync() => now.Steward.PostAsync("/api/v1/accounts", new { personId = person, grants = (string[])[$"reader@{now.Node}"] }, Ct);
    }

    [Fact]
    public async Task InvitationSentAgain_GoesToTheAddressThatIsRecordedByNow()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var (person, account, mistyped) = await network.InviteAsync(Ct, $"reader@{network.Node}");
        var email = $"{Guid.NewGuid():N}@example.org";
        (await network.Steward.PatchAsync($"/api/v1/persons/{person}", new { email }, Ct, ("If-Match", "*"))).Expect(200);

        var again = (await network.Steward.PostAsync($"/api/v1/accounts/{account["id"]}/invitation", null, Ct)).Expect(200).Json;

        Assert.Equal(email, (string)again["email"]!);
        using var browser = new PersonBrowser(shared.App.Address);
        await browser.TakeUpAsync((await shared.Mail.WaitForAsync(email, Ct)).Link("/account/invitation"), Ct);
        (await browser.SignInAsync(mistyped, PersonBrowser.Password, Ct)).Is(401);
        (await browser.SignInAsync(email, PersonBrowser.Password, Ct)).Is(200);
    }

    [Fact]
    public async Task G8_Erasure_TakesTheAccountAlong_AndTheMailsThatWait()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var somebody = await shared.WelcomeAsync(network, Ct, $"steward@{network.Node}");
        var app = await TestApp.AddAsync(shared, Ct);
        var tokens = await app.SignInAsync(somebody.Browser, Ct);
        var own = (await somebody.Browser.GetAsync("/account/data", Ct)).Is(503);
        Assert.Contains("communications", own.Text, StringComparison.Ordinal);
        await shared.Mail.StopAsync(Ct);
        using var other = new PersonBrowser(shared.App.Address);
        await other.GetAsync("/account/forgotten", Ct);
        await other.PostAsync("/account/forgotten", Ct, ("email", somebody.Email));
        Assert.Superset(new HashSet<string>(["account", "outgoing_mail", "person", "change_log"], StringComparer.Ordinal), await shared.TablesWithAsync(somebody.Email, Ct));

        (await network.Steward.PostAsync($"/api/v1/persons/{somebody.Person}/erasure", new { reason = "requested-by-person" }, Ct)).Expect(200);
        await shared.Mail.StartAgainAsync(Ct);

        Assert.Empty(await shared.TablesWithAsync(somebody.Email, Ct));
        using var api = app.With(tokens);
        (await api.GetAsync("/api/v1/organisations", Ct)).IsProblem(401, "unauthorized");
        (await app.RefreshAsync((string)tokens["refresh_token"]!, Ct)).IsRefused("invalid_grant");
        (await somebody.Browser.GetAsync("/account", Ct)).Is(302);
        (await somebody.Browser.SignInAsync(somebody.Email, PersonBrowser.Password, Ct)).Is(401);
        Assert.True((bool)(await shared.Steward.GetAsync("/api/v1/audit/membership/verification", Ct)).Expect(200).Json["intact"]!);
        somebody.Browser.Dispose();
    }
}
