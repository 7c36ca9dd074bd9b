using Insp1r.Membership.Tests.Accounts;
using Insp1r.Testing.Stack;
using Npgsql;

namespace Insp1r.Membership.Tests.Retention;

/// <summary>Persons and accounts that nobody needs any more.</summary>
public sealed class NoLongerNeededTests(QuietService service, Shared shared) : IClassFixture<QuietService>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task G9_PersonWithoutARole_IsErasedAsByHand_Once()
    {
        var byHand = await service.PersonAsync("Erased by hand", "hand@example.org");
        var byRule = await service.PersonAsync("Erased by rule", "rule@example.org");
        await service.ExecuteAsync("update person set created_at = now() - interval '3 years', updated_at = now() - interval '3 years' where id = any($1)", new[] { byHand, byRule });

        (await service.Steward.PostAsync($"/api/v1/persons/{byHand}/erasure", new { reason = "no-longer-needed" }, Ct)).Expect(200);
        var report = await service.RunAsync();
        await service.RunAsync();

        Assert.True((int)report["persons"]["removed"]! >= 1);
        Assert.Equal(await RowAsync(byHand), await RowAsync(byRule));
        (await service.Steward.GetAsync($"/api/v1/persons/{byRule}", Ct)).IsProblem(410, "erased");
        foreach (var (person, cause) in ((Guid, string)[])[(byHand, "steward no-longer-needed"), (byRule, "system no-longer-needed job retention")])
        {
            var told = await service.ScalarAsync<string[]>(
                "select array_agg(concat_ws(' ', actor, reason, case when actor = 'system' then origin end)) from change_log where subject_id = $1 and type = 'membership.person-erased.v1'", person);
            Assert.Equal([cause], told);
        }

        Task<string> RowAsync(Guid person) => service.ScalarAsync<string>(
            "select (to_jsonb(p) - 'id' - 'created_at' - 'updated_at' - 'erased_at')::text from person p where id = $1", person);
    }

    // Days before today: last changed, and of the role recorded, ended (its end recorded), last day of the term.
    [Theory]
    [InlineData(false, 2000, 2000, null, null)]
    [InlineData(false, 2000, 2000, null, 0)]
    [InlineData(false, 2000, 2000, null, -100)]
    [InlineData(false, 2000, 2000, 700, 1900)]
    [InlineData(false, 2000, 2000, null, 700)]
    [InlineData(false, 2000, 30, null, 1900)]
    [InlineData(false, 700, 2000, 740, 740)]
    [InlineData(true, 740, 2000, 740, 740)]
    [InlineData(true, 2000, 2000, 740, 740)]
    [InlineData(true, 2000, 2000, null, 740)]
    [InlineData(true, 2000, 740, null, 1900)]
    public async Task G9_Person_IsNeededAsLongAsTheLastRole(bool erased, int changed, int roleRecorded, int? ended, int? lastDay)
    {
        var person = await service.PersonAsync("With a role");
        await service.ExecuteAsync("update person set created_at = now() - make_interval(days => 2000), updated_at = now() - make_interval(days => $2) where id = $1", person, changed);
        await service.ExecuteAsync("""
            insert into person_role (id, person_id, kind, node, body, title, starts_on, recorded_at, ended_at, ends_on)
            values (gen_random_uuid(), $1, 'mandate', 'insp1r', 'board', 'Member', current_date - 2100, now() - make_interval(days => $2),
              now() - make_interval(days => $3::int), current_date - $4::int)
            """, person, roleRecorded, (object?)ended ?? DBNull.Value, (object?)lastDay ?? DBNull.Value);

        await service.RunAsync();

        Assert.Equal(erased, await IsErasedAsync(person));
    }

    [Fact]
    public async Task G9_PersonWithAnAccount_IsNeededUntilTwoYearsAfterItWasClosed()
    {
        var account = await service.InviteAsync("kept@example.org");
        var person = await service.ScalarAsync<Guid>("select person_id from account where id = $1", account);
        await service.ExecuteAsync("update person set created_at = now() - interval '5 years', updated_at = now() - interval '5 years' where id = $1", person);

        await service.RunAsync();
        Assert.False(await IsErasedAsync(person));
        (await service.Steward.PostAsync($"/api/v1/accounts/{account}/closure", null, Ct)).Expect(200);
        await service.ExecuteAsync("update account set closed_at = now() - interval '700 days', invited_at = null where id = $1", account);
        await service.RunAsync();
        Assert.False(await IsErasedAsync(person));

        await service.ExecuteAsync("update account set closed_at = now() - interval '740 days' where id = $1", account);
        await service.RunAsync();
        Assert.True(await IsErasedAsync(person));
    }

    [Fact]
    public async Task G9_PersonGetsARoleWhileTheRuleWaits_Stays()
    {
        var person = await service.PersonAsync("Back again");
        await service.ExecuteAsync("update person set created_at = now() - interval '3 years', updated_at = now() - interval '3 years' where id = $1", person);
        await using var connection = new NpgsqlConnection(service.Database);
        await connection.OpenAsync(Ct);
        await using var adding = await connection.BeginTransactionAsync(Ct);
        // As a role is added: the person first.
        await using (var add = new NpgsqlCommand($"""
            select 1 from person where id = '{person}' for update;
            insert into person_role (id, person_id, kind, node, body, title, starts_on, recorded_at)
            values (gen_random_uuid(), '{person}', 'mandate', 'insp1r', 'board', 'Member', current_date, now())
            """, connection, adding))
            await add.ExecuteNonQueryAsync(Ct);

        var run = service.RunAsync();
        await Until.TrueAsync(
            async () => await service.ScalarAsync<long>("select count(*) from pg_stat_activity where $1 = any(pg_blocking_pids(pid))", connection.ProcessID) > 0, "the rule waits", Ct);
        await adding.CommitAsync(Ct);

        Assert.Null((string?)(await run)["persons"]["error"]);
        Assert.False(await IsErasedAsync(person));
    }

    [Fact]
    public async Task G9_ClosedAccount_LeavesNoAddressAnywhere_AndStaysByItsId()
    {
        var account = await service.InviteAsync("leaver@example.org");
        await service.ExecuteAsync("insert into account_token (user_id, login_provider, name, value) values ($1, 'x', 'key', 'secret')", account);
        await service.ExecuteAsync("insert into account_login (user_id, login_provider, provider_key) values ($1, 'x', 'leaver')", account);
        (await service.Steward.PostAsync($"/api/v1/accounts/{account}/closure", null, Ct)).Expect(200);
        await service.ExecuteAsync("update account set closed_at = now() - interval '366 days', invited_at = null where id = $1", account);
        await service.ExecuteAsync("update person set email = null where email = 'leaver@example.org'");
        Assert.Equal(1, await service.ScalarAsync<long>("select count(*) from change_log c where subject = 'account' and c::text like '%leaver@example.org%'"));

        await service.RunAsync();

        var read = (await service.Steward.GetAsync($"/api/v1/accounts/{account}", Ct)).Expect(200).Json;
        Assert.Equal(("closed", ""), ((string?)read["status"], (string?)read["email"]));
        foreach (var table in (string[])["account", "account_token", "account_login", "outgoing_mail", "idempotency_key"])
            Assert.Equal(0, await service.ScalarAsync<long>($"select count(*) from {table} t where t::text ilike '%leaver%'"));
        // The person is still there, and so is what was changed of the person.
        Assert.Equal(0, await service.ScalarAsync<long>("select count(*) from change_log c where subject <> 'person' and c::text ilike '%leaver%'"));
        Assert.Equal(0, await service.ScalarAsync<long>("select count(*) from account_token where user_id = $1", account));
        Assert.Equal(1, await service.ScalarAsync<long>("select count(*) from change_log where subject_id = $1 and type = 'membership.account-erased' and payload is not null", account));
    }

    [Fact]
    public async Task G9_InvitationSentAgain_CountsAnew_AndThePersonCanBeInvitedAgain()
    {
        var account = await service.InviteAsync("waiting@example.org");
        var person = await service.ScalarAsync<Guid>("select person_id from account where id = $1", account);
        await service.ExecuteAsync("update account set invited_at = now() - interval '31 days' where id = $1", account);

        (await service.Steward.PostAsync($"/api/v1/accounts/{account}/invitation", null, Ct)).Expect(200);
        await service.RunAsync();
        (await service.Steward.GetAsync($"/api/v1/accounts/{account}", Ct)).Expect(200);

        await service.ExecuteAsync("update account set invited_at = now() - interval '31 days' where id = $1", account);
        await service.RunAsync();
        (await service.Steward.GetAsync($"/api/v1/accounts/{account}", Ct)).Expect(404);
        Assert.Equal(0, await service.ScalarAsync<long>("select count(*) from change_log c where subject <> 'person' and c::text like '%waiting@example.org%'"));
        Assert.Equal(0, await service.ScalarAsync<long>("select count(*) from account_grant where account_id = $1", account));
        (await service.Steward.PostAsync("/api/v1/accounts", new { personId = person, grants = (string[])["reader@insp1r"] }, Ct)).Expect(201);
    }

    [Fact]
    public async Task G9_AccountThatWasTakenUp_IsNoInvitation_AlsoNotWhenItBeginsAnew()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var somebody = await shared.WelcomeAsync(network, Ct, $"reader@{network.Node}");
        Assert.False(await WaitsAsync());

        (await network.Steward.PostAsync($"/api/v1/accounts/{somebody.Account}/recovery", null, Ct)).Expect(200);
        (await network.Steward.PostAsync($"/api/v1/accounts/{somebody.Account}/invitation", null, Ct)).Expect(200);

        Assert.False(await WaitsAsync());

        Task<bool> WaitsAsync() => shared.ScalarAsync<bool>("select invited_at is not null from account where id = $1", Ct, somebody.Account);
    }

    private Task<bool> IsErasedAsync(Guid person) => service.ScalarAsync<bool>("select erased_at is not null from person where id = $1", person);
}
