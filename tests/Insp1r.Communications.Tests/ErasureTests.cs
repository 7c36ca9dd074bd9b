using Insp1r.Contracts.Membership;
using Insp1r.ServiceDefaults.Access;
using Insp1r.Testing.Stack;
using Npgsql;

using static Insp1r.Communications.Tests.Launches;

namespace Insp1r.Communications.Tests;

public sealed class ErasureTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task G8_PersonErased_IsASpeakerNoMore_AndTheOthersStay()
    {
        var (node, person, other) = (shared.NewNode(), Guid.CreateVersion7(), Guid.CreateVersion7());
        var contributor = shared.App.As($"contributor@{node}");
        var recorded = (await contributor.PostAsync("/api/v1/events", Launch(node, ("Zoé Erasable", person), ("O. Ther", other)), Ct, ("Idempotency-Key", $"{Guid.NewGuid()}"))).Expect(201);
        var untouched = (await contributor.PostAsync("/api/v1/events", Launch(node, ("O. Ther", other)), Ct)).Expect(201);

        await EraseAsync(node, person);

        var read = (await contributor.GetAsync($"/api/v1/events/{recorded.Id}", Ct)).Expect(200);
        Assert.Equal((2, "O. Ther", 300), (read.Version, (string?)read.Json["speakers"]!.AsArray().Single()!["name"], (int)read.Json["participants"]!));
        Assert.Equal(untouched.Text, (await contributor.GetAsync($"/api/v1/events/{untouched.Id}", Ct)).Text);
        Assert.Equal(0L, await shared.ScalarAsync<long>("select count(*) from idempotency_key where position('Erasable' in encode(body, 'escape')) > 0", Ct));
        var changes = (await contributor.GetAsync("/api/v1/changes/communications", Ct)).Expect(200).Json["items"]!.AsArray();
        Assert.Equal(["communications.event-recorded.v1", "communications.event-recorded.v1", "communications.event-changed.v1"], changes.Select(change => (string)change!["type"]!));
    }

    [Fact]
    public async Task G8_ErasureTwice_OrOfSomebodyUnknown_ChangesNothing()
    {
        var (node, person) = (shared.NewNode(), Guid.CreateVersion7());
        var contributor = shared.App.As($"contributor@{node}");
        var recorded = (await contributor.PostAsync("/api/v1/events", Launch(node, ("Twice", person)), Ct)).Expect(201);

        await EraseAsync(node, person);
        var handled = await HandledAsync();
        await shared.Broker.SendAsync(new PersonErased(new PersonTombstone(person, 2, node)), Ct);
        await shared.Broker.SendAsync(new PersonErased(new PersonTombstone(Guid.CreateVersion7(), 2, node)), Ct);
        await Until.TrueAsync(async () => await HandledAsync() == handled + 2, "both are handled", Ct);

        Assert.Equal(2, (await contributor.GetAsync($"/api/v1/events/{recorded.Id}", Ct)).Version);
    }

    [Fact]
    public async Task G8_SpeakerWhoWasErased_IsNotTakenInAgain()
    {
        var (node, person) = (shared.NewNode(), Guid.CreateVersion7());
        await EraseAsync(node, person);

        var refused = await shared.App.As($"contributor@{node}").PostAsync("/api/v1/events", Launch(node, ("First", Guid.CreateVersion7()), ("Back", person)), Ct);

        Assert.Equal(["/speakers/1/personId erased"], refused.IsProblem(422, "invalid").Faults());
        Assert.Equal(0L, await shared.ScalarAsync<long>("select count(*) from public_event where node = $1", Ct, node));
    }

    [Fact]
    public async Task G8_EventRecordedWhileItsSpeakerIsErased_WaitsAndIsRefused()
    {
        var (node, person) = (shared.NewNode(), Guid.CreateVersion7());
        await using var connection = new NpgsqlConnection($"{shared.Database};Pooling=false");
        await connection.OpenAsync(Ct);
        await using var erasure = await connection.BeginTransactionAsync(Ct);
        // As the erasure does it: the lock, then the tombstone.
        await using (var command = new NpgsqlCommand($"select pg_advisory_xact_lock(hashtextextended('person {person}', 8714)); insert into erased_person values ('{person}', 2, now())", connection))
            await command.ExecuteNonQueryAsync(Ct);

        var recording = shared.App.As($"contributor@{node}").PostAsync("/api/v1/events", Launch(node, ("Racing", person)), Ct);
        await Until.TrueAsync(async () => await shared.ScalarAsync<long>("select count(*) from pg_stat_activity where wait_event = 'advisory' and query like '%8714%'", Ct) == 1, "it waits", Ct);
        await erasure.CommitAsync(Ct);

        Assert.Equal(["/speakers/0/personId erased"], (await recording).IsProblem(422, "invalid").Faults());
    }

    [Fact]
    public async Task G8_PersonalData_IsToldToTheExportOnly()
    {
        var (node, person) = (shared.NewNode(), Guid.CreateVersion7());
        var recorded = (await shared.App.As($"contributor@{node}").PostAsync("/api/v1/events", Launch(node, ("Exported", person)), Ct)).Expect(201);
        var path = PersonalData.AddressOf(person);

        (await shared.App.As("steward@insp1r", "operator@insp1r").GetAsync(path, Ct)).IsProblem(403, "forbidden");
        (await shared.App.Anonymous.GetAsync(path, Ct)).IsProblem(401, "unauthorized");
        var told = (await shared.App.AsService($"steward@{node}").GetAsync(path, Ct)).Expect(200).Json["speakers"]!.AsArray().Single()!;

        Assert.Equal(($"{recorded.Id}", "Exported", "https://example.org/launch"), ((string?)told["eventId"], (string?)told["name"], (string?)told["source"]));
    }

    [Fact]
    public async Task G1_SpeakersPersonId_IsToldInsideTheNodeOnly()
    {
        var (node, person) = (shared.NewNode(), Guid.CreateVersion7());
        var recorded = (await shared.App.As($"contributor@{node}").PostAsync("/api/v1/events", Launch(node, ("Quoted", person)), Ct)).Expect(201);
        Assert.Contains($"{person}", recorded.Text, StringComparison.Ordinal);

        foreach (var reader in (Api[])[shared.App.As($"reader@{node}"), shared.App.As($"steward@{shared.NewNode("asia")}")])
        {
            Assert.DoesNotContain($"{person}", (await reader.GetAsync($"/api/v1/events/{recorded.Id}", Ct)).Expect(200).Text, StringComparison.Ordinal);
            var list = (await reader.GetAsync($"/api/v1/events?node={node}", Ct)).Expect(200);
            Assert.Equal("Quoted", (string?)list.Json["items"]![0]!["speakers"]![0]!["name"]);
            Assert.DoesNotContain($"{person}", list.Text, StringComparison.Ordinal);
        }
    }

    private Task<long> HandledAsync() => shared.ScalarAsync<long>("select count(*) from inbox_message where consumer = 'communications.persons'", Ct);

    private async Task EraseAsync(string node, Guid person)
    {
        await shared.Broker.SendAsync(new PersonErased(new PersonTombstone(person, 2, node)), Ct);
        await Until.TrueAsync(async () => await shared.ScalarAsync<long>("select count(*) from erased_person where id = $1", Ct, person) == 1, "the erasure has arrived", Ct);
    }
}
