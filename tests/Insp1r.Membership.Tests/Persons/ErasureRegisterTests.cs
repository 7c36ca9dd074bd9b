using Npgsql;

namespace Insp1r.Membership.Tests.Persons;

public sealed class ErasureRegisterTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task G8_RestoredBackup_BringsNobodyBackWhoWasErased()
    {
        var folder = Directory.CreateTempSubdirectory();
        (string, string) register = ("Erasures:File", Path.Combine(folder.FullName, "erasures", "persons"));
        var database = await shared.Postgres.CreateDatabaseAsync("erased_since", Ct);
        Guid gone, stays;
        await using (var before = MembershipApp.Start(database, register))
        {
            (gone, stays) = (await RecordAsync(before, "Zoé Goneforever"), await RecordAsync(before, "Somebody Else"));
        }

        var backup = await CopyAsync(database, "erased_since_backup");
        await using (var running = MembershipApp.Start(database, register))
        {
            using var steward = running.As("steward", "steward@insp1r");
            (await steward.PostAsync($"/api/v1/persons/{gone}/erasure", new { reason = "requested-by-person" }, Ct)).Expect(200);
        }

        Assert.Equal($"{gone} requested-by-person\n", await File.ReadAllTextAsync(register.Item2, Ct));
        await File.AppendAllTextAsync(register.Item2, $"{Guid.NewGuid()} unlawful\n{Guid.NewGuid()} unl", Ct);
        await using var restored = MembershipApp.Start(backup, register);
        using var api = restored.As("steward", "steward@insp1r");

        (await api.GetAsync($"/api/v1/persons/{gone}", Ct)).IsProblem(410, "erased");
        (await api.GetAsync($"/api/v1/persons/{stays}", Ct)).Expect(200);
        Assert.Equal(0, await Shared.ScalarOfAsync<long>(backup, "select (select count(*) from person p where p::text ~ 'Goneforever') + (select count(*) from change_log c where c::text ~ 'Goneforever')", Ct));
        // The other services are told again, too.
        Assert.Equal(1, await Shared.ScalarOfAsync<long>(backup, "select count(*) from change_log where type = 'membership.person-erased.v1' and subject_id = $1", Ct, gone));
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task G8_ErasureThatIsNotInTheRegister_IsNotedAtTheNextStart()
    {
        var folder = Directory.CreateTempSubdirectory();
        var file = Path.Combine(folder.FullName, "persons");
        var database = await shared.Postgres.CreateDatabaseAsync("erased_unnoted", Ct);
        Guid gone;
        await using (var without = MembershipApp.Start(database))
        {
            gone = await RecordAsync(without, "Somebody");
            using var steward = without.As("steward", "steward@insp1r");
            (await steward.PostAsync($"/api/v1/persons/{gone}/erasure", new { reason = "unlawful" }, Ct)).Expect(200);
        }

        await using var with = MembershipApp.Start(database, ("Erasures:File", file));

        Assert.Equal($"{gone} unlawful\n", await File.ReadAllTextAsync(file, Ct));
        folder.Delete(recursive: true);
    }

    private static async Task<Guid> RecordAsync(MembershipApp app, string name)
    {
        using var steward = app.As("steward", "steward@insp1r");
        return (await steward.PostAsync("/api/v1/persons", new { node = "insp1r", name, language = "en" }, Ct)).Expect(201).Id;
    }

    private async Task<string> CopyAsync(string database, string name)
    {
        await using (var connection = new NpgsqlConnection(database))
            NpgsqlConnection.ClearPool(connection);
        var original = new NpgsqlConnectionStringBuilder(database).Database;
        await shared.Postgres.ExecuteAsync("postgres", $"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{original}'", Ct);
        await shared.Postgres.ExecuteAsync("postgres", $"create database \"{name}\" template \"{original}\"", Ct);
        return shared.Postgres.ConnectionString(name);
    }
}
