using System.Text;
using System.Text.Json.Nodes;
using Insp1r.Membership.Tests.Exports;
using Insp1r.Membership.Tests.Merging;
using Insp1r.Testing.Stack;
using Npgsql;

using static Insp1r.Membership.Tests.Imports.ImportTests;

namespace Insp1r.Membership.Tests.Imports;

/// <summary>Whose record a row of a file is, and what the file cannot change of it.</summary>
public sealed class ImportRecordsTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("No")]
    [InlineData("Nr.")]
    [InlineData("N°")]
    [InlineData("Numéro")]
    [InlineData("Número")]
    public async Task M12_NumberOfTheRow_IsNoId_SoASortedListRenamesNothing(string header)
    {
        var network = await shared.NewNetworkAsync(Ct);
        (await ImportAsync(network, $"{header};Nom;Pays;Type\n1;Mutuelle de Huye;RW;ngo\n2;Syndicat du textile;RW;ngo\n", "commit")).Expect(200);

        var sorted = (await ImportAsync(network, $"{header};Nom;Pays;Type\n1;Association Abahuza;RW;ngo\n2;Mutuelle de Huye;RW;ngo\n3;Syndicat du textile;RW;ngo\n", "commit")).Expect(200);

        Assert.Equal("1 created, 0 updated, 2 unchanged, 0 conflict, 0 rejected", sorted.Summary());
        Assert.Equal($"{header} externalId", $"{sorted.Json["columns"]![0]!["header"]} {sorted.Json["columns"]![0]!["field"]}{sorted.Json["columns"]![0]!["suggestion"]}");
        var mapped = (await ImportAsync(network, $"{header};Nom;Pays;Type\n1;Autre;RW;ngo\n", "commit", query: $"&mapping={Uri.EscapeDataString($"{{\"{header}\":\"externalId\"}}")}")).Expect(200);
        Assert.Equal("file", (string?)Rows(mapped)[0]["idFrom"]);
    }

    [Fact]
    public async Task M12_IdOnRecordUnderAnotherName_IsAProblemUnlessTheFileMayRename()
    {
        var network = await shared.NewNetworkAsync(Ct);
        (await network.PushAsync([network.Item("1", ("name", "Union des pêcheurs"), ("names", null)), network.Item("2", ("name", "Mutuelle de Huye"), ("names", null))], Ct)).Expect(200);
        var file = $"id,name,country,types\n{network.Ns}:1,Mutuelle de Huye,RW,ngo\n{network.Ns}:2,Mutuelles de Huye,RW,ngo\n";

        var checkedFirst = (await ImportAsync(network, file, "validate")).Expect(200);
        var answer = (await ImportAsync(network, file, "commit")).Expect(200);

        Assert.Equal(checkedFirst.Summary(), answer.Summary());
        Assert.Equal(["rejected /name other-name", "updated "], Rows(answer).Select(row => $"{row["result"]} {string.Join(',', row.Faults())}"));
        Assert.Contains("'Union des pêcheurs'", (string)Rows(answer)[0]["errors"]![0]!["detail"]!, StringComparison.Ordinal);
        Assert.Equal(["Mutuelles de Huye", "Union des pêcheurs"], (await network.Reader.GetAsync("/api/v1/organisations", Ct)).Names().Order(StringComparer.Ordinal));
        Assert.Equal(["updated", "unchanged"], Rows((await ImportAsync(network, file, "commit", query: "&allow=same-name,other-name")).Expect(200)).Select(row => (string)row["result"]!));
        (await ImportAsync(network, file, "validate", query: "&allow=everything")).IsProblem(400, "bad-query");
    }

    [Fact]
    public async Task M12_ExportSentBack_IsUnchanged_AndWhatWasCorrectedInItIsTaken()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var byHand = (await network.Contributor.PostAsync("/api/v1/organisations", network.Organisation("=1+1; \"l'Union\"\n  née à Kigali;-2", acronym: "U  N", names: new { en = "Union, \"the\"", fr = "l'Union;=3" }), Ct)).Expect(201).Id;
        (await network.RegisterAsync("Of two ids", Ct, [$"{network.Ns}:a", $"{network.Ns}:b"])).Expect(201);
        foreach (var half in Enumerable.Range(0, 600).Chunk(300))
            (await network.PushAsync(half.Select(i => network.Item($"{i}")), Ct)).Expect(200);
        var left = (await network.RegisterAsync("Left", Ct)).Expect(201).Id;
        (await network.Steward.PostAsync($"/api/v1/organisations/{left}/affiliations/{network.Node}/moves", new { to = "withdrawn", decidedBy = "Board", decidedOn = $"{DateTime.UtcNow:yyyy-MM-dd}", reason = "r" }, Ct)).Expect(200);
        var (state, logged) = (await shared.StateOfAsync(network.Node, Ct), await shared.LogRowsAsync(network.Node, Ct));
        var export = (await network.Reader.GetAsync("/api/v1/organisations?format=csv", Ct)).Expect(200);

        foreach (var mode in (string[])["validate", "commit"])
        {
            var back = (await ImportAsync(network, export.Body, mode)).Expect(200);
            Assert.Equal("0 created, 0 updated, 603 unchanged, 0 conflict, 0 rejected", back.Summary());
            Assert.Equal(["not-a-member"], Rows(back).SelectMany(row => row["notices"]!.AsArray()).Select(notice => (string)notice!["code"]!));
        }

        Assert.Equal((state, logged), (await shared.StateOfAsync(network.Node, Ct), await shared.LogRowsAsync(network.Node, Ct)));

        var corrected = export.Text.Replace(",U  N,", ",UNK,", StringComparison.Ordinal).Replace("\"\"Organisation \\\"\"7\\\"\" née à Kigali", "\"\"Sept", StringComparison.Ordinal).Replace(",Of two ids,", ",Of 2 ids,", StringComparison.Ordinal);
        var answer = (await ImportAsync(network, corrected + ",,,Quite new,,,RW,ngo,,,,,\r\n", "commit", accept: "text/csv")).Expect(200);
        var again = (await ImportAsync(network, answer.Body, "validate")).Expect(200);

        Assert.Equal(["created 1", "unchanged 600", "updated 3"], ExportTests.Rows(answer.Text).Skip(1).GroupBy(row => row[0], StringComparer.Ordinal).Select(same => $"{same.Key} {same.Count()}").Order(StringComparer.Ordinal));
        var record = (await network.Reader.GetAsync($"/api/v1/organisations/{byHand}", Ct)).Expect(200).Json;
        Assert.Equal(("=1+1; \"l'Union\"\n  née à Kigali;-2", "UNK", "l'Union;=3", "[]"), ((string?)record["name"], (string?)record["acronym"], (string?)record["names"]!["fr"], record["externalIds"]!.ToJsonString()));
        Assert.Equal("Sept", (string?)(await network.Reader.GetAsync($"/api/v1/organisations/by-external-id/{network.Ns}/7", Ct)).Expect(200).Json["names"]!["fr"]);
        Assert.Equal("Of 2 ids", (string?)(await network.Reader.GetAsync($"/api/v1/organisations/by-external-id/{network.Ns}/b", Ct)).Expect(200).Json["name"]);
        Assert.Equal("0 created, 0 updated, 604 unchanged, 0 conflict, 0 rejected", again.Summary());
    }

    [Fact]
    public async Task M12_PlatformIdThatIsNotOfTheNode_IsAProblem_UnlessIdsAreTheOfficesOwn()
    {
        var (network, other) = (await shared.NewNetworkAsync(Ct), await shared.NewNetworkAsync(Ct));
        var theirs = (await other.RegisterAsync("Theirs", Ct)).Expect(201).Id;
        var file = $"id,name,country,types\n{theirs},Theirs,RW,ngo\n{Guid.NewGuid()},Nobody's,RW,ngo\n";

        Assert.Equal(["/externalId unknown-id", "/externalId unknown-id"], Rows((await ImportAsync(network, file, "commit")).Expect(200)).SelectMany(row => row.Faults()));
        Assert.Equal("2 created, 0 updated, 0 unchanged, 0 conflict, 0 rejected", (await ImportAsync(network, file, "commit", query: $"&namespace={network.Ns}")).Expect(200).Summary());
        Assert.Equal("0 created, 0 updated, 2 unchanged, 0 conflict, 0 rejected", (await ImportAsync(network, file, "commit", query: $"&namespace={network.Ns}")).Expect(200).Summary());
        Assert.Equal("Theirs", (string?)(await other.Reader.GetAsync($"/api/v1/organisations/{theirs}", Ct)).Expect(200).Json["name"]);
    }

    [Fact]
    public async Task M12_NewIdBesideANameOnRecord_IsAProblemUnlessBothAreInTheFile()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var known = (await network.RegisterAsync("Coopérative Une", Ct)).Expect(201).Id;
        (await network.PushAsync([network.Item("1", ("name", "Twin"))], Ct)).Expect(200);
        var file = $"id,name,country,types\n17,COOPERATIVE une,RW,ngo\n18,Coopérative Une,BI,ngo\n{network.Ns}:1,Twin,RW,ngo\n{network.Ns}:2,Twin,RW,ngo\n";

        var answer = (await ImportAsync(network, file, "commit")).Expect(200);

        Assert.Equal(["rejected /externalId same-name", "created ", "updated ", "created "], Rows(answer).Select(row => $"{row["result"]} {string.Join(',', row.Faults())}"));
        Assert.Contains($"{known}", (string)Rows(answer)[0]["errors"]![0]!["detail"]!, StringComparison.Ordinal);
        Assert.Equal(["unchanged", "unchanged"], Rows((await ImportAsync(network, file, "validate")).Expect(200)).Skip(2).Select(row => (string)row["result"]!));
        Assert.Equal("created", (string)Rows((await ImportAsync(network, file, "commit", query: "&allow=same-name")).Expect(200))[0]["result"]!);
    }

    [Fact]
    public async Task M12_MergedRecord_IsFoundAsTheOneThatStandsForIt()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var survivor = (await network.RegisterAsync("Coopérative Une", Ct, [$"{network.Ns}:1"])).Expect(201).Id;
        var merged = (await network.RegisterAsync("Coopérative Une", Ct, [$"{network.Ns}:2"])).Expect(201).Id;
        var before = (await network.Reader.GetAsync("/api/v1/organisations?format=csv&fields=id,name,country,types", Ct)).Expect(200).Text;
        (await new Merging.Records(shared, Ct).MergeAsync(network.Steward, survivor, merged)).Expect(200);

        var byName = (await ImportAsync(network, "name,country,types\nCoopérative Une,RW,ngo\n", "commit")).Expect(200);
        var byOldId = (await ImportAsync(network, $"id,name,country,types\n{merged},Coopérative Une,RW,youth\n", "commit")).Expect(200);

        Assert.Equal($"updated {survivor}", $"{Rows(byName)[0]["result"]} {Rows(byName)[0]["id"]}");
        Assert.Equal($"updated {survivor}", $"{Rows(byOldId)[0]["result"]} {Rows(byOldId)[0]["id"]}");
        Assert.Equal(["/externalId repeated"], Rows((await ImportAsync(network, before, "validate")).Expect(200)).SelectMany(row => row.Faults()));
        Assert.Equal(1L, await shared.ScalarAsync<long>("select count(*) from member_organisation where node = $1 and merged_into is null", Ct, network.Node));
    }

    [Fact]
    public async Task M12_WhatAFileDoesNotChange_IsSaid()
    {
        var network = await shared.NewNetworkAsync(Ct);
        (await network.RegisterAsync("Since 2014", Ct, [$"{network.Ns}:1"], since: "2014-05-01")).Expect(201);
        (await network.RegisterAsync("As it is", Ct, [$"{network.Ns}:2"], since: "2014-05-01")).Expect(201);
        var left = (await network.RegisterAsync("Left", Ct, [$"{network.Ns}:3"], since: "2014-05-01")).Expect(201).Id;
        (await network.Steward.PostAsync($"/api/v1/organisations/{left}/affiliations/{network.Node}/moves", new { to = "withdrawn", decidedBy = "Board", decidedOn = $"{DateTime.UtcNow:yyyy-MM-dd}", reason = "r" }, Ct)).Expect(200);
        var file = $"id,name,country,types,member since\n{network.Ns}:1,Since 2014,RW,cooperative,2012-01-01\n{network.Ns}:2,As it is,RW,cooperative,2014-05-01\n{network.Ns}:3,Left,RW,ngo,\n{network.Ns}:4,New,RW,ngo,2012-01-01\n";

        var answer = (await ImportAsync(network, file, "validate")).Expect(200);
        var returned = (await ImportAsync(network, file, "commit", accept: "text/csv")).Expect(200).Text;

        Assert.Equal(
            ["unchanged member-since-stays", "unchanged ", "updated not-a-member", "created "],
            Rows(answer).Select(row => $"{row["result"]} {string.Join(',', row["notices"]!.AsArray().Select(notice => notice!["code"]))}"));
        Assert.Contains("unchanged,member-since-stays,\"member since: On record its membership began on 2014-05-01", returned, StringComparison.Ordinal);
        Assert.Contains("updated,not-a-member,On record it is not a member any more: withdrawn.", returned, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "letter", 3)]
    [InlineData(1, "letter", 3)]
    [InlineData(0, "replacement", 2)]
    public async Task M12_DamagedLetter_IsNamedByItsLine_AndTheFileNotReadAsSomethingElse(int marks, string damage, int line)
    {
        var network = await shared.NewNetworkAsync(Ct);
        byte[] file =
        [
            .. Enumerable.Repeat(Encoding.UTF8.GetPreamble(), marks).SelectMany(mark => mark),
            .. Encoding.UTF8.GetBytes($"Nom,Pays,Type\nMutualité née à Huye{(damage is "replacement" ? "\uFFFD" : "")},RW,ngo\nMutualit"),
            .. damage is "letter" ? (byte[])[0xE9] : [],
            .. Encoding.UTF8.GetBytes(" à Kigali,RW,ngo\n"),
        ];

        var refused = (await ImportAsync(network, file, "commit")).IsProblem(422, "unreadable-file");

        Assert.Equal("garbled-text", (string?)refused.Json["errors"]![0]!["code"]);
        Assert.Contains($"line {line} ", (string)refused.Json["detail"]!, StringComparison.Ordinal);
        Assert.Equal("", await shared.StateOfAsync(network.Node, Ct));
    }

    [Fact]
    public async Task M12_DatabaseAwayInTheMiddle_TellsWhatWasTaken()
    {
        var network = await shared.NewNetworkAsync(Ct);
        await using var connection = new NpgsqlConnection(shared.Database);
        await connection.OpenAsync(Ct);
        await using var holding = await connection.BeginTransactionAsync(Ct);
        await LockNamespaceAsync(connection, $"{network.Ns}b");
        var rows = Enumerable.Range(1, 700).Select(i => $"{network.Ns}{(i <= 500 ? 'a' : 'b')}:{i},Organisation {i},RW,ngo\n");
        var file = "id,name,country,types\n" + string.Concat(rows);

        var importing = ImportAsync(network, file, "commit");
        await Until.TrueAsync(async () => await shared.ScalarAsync<long>("select count(*) from pg_locks where locktype = 'advisory' and not granted", Ct) > 0, "the second chunk waits", Ct);
        await shared.ScalarAsync<bool>("select bool_and(pg_terminate_backend(pid)) from pg_locks where locktype = 'advisory' and not granted", Ct);
        var answer = (await importing).IsProblem(503, "import-broken-off");
        await holding.RollbackAsync(Ct);

        Assert.Equal("500 created, 0 updated, 0 unchanged, 0 conflict, 0 rejected", answer.Summary());
        Assert.Equal((500, 2, 501), (Rows(answer).Length, (int)Rows(answer)[0]["row"]!, (int)Rows(answer)[^1]["row"]!));
        Assert.Equal(500L, await shared.ScalarAsync<long>("select count(*) from member_organisation where node = $1", Ct, network.Node));
        Assert.Equal("200 created, 0 updated, 500 unchanged, 0 conflict, 0 rejected", (await ImportAsync(network, file, "commit")).Expect(200).Summary());
    }

    [Fact]
    public async Task M12_ImportWithAKey_HoldsNoTransactionOpen_AndItsTwinWaitsForIt()
    {
        var network = await shared.NewNetworkAsync(Ct);
        await using var connection = new NpgsqlConnection(shared.Database);
        await connection.OpenAsync(Ct);
        await using var holding = await connection.BeginTransactionAsync(Ct);
        await LockNamespaceAsync(connection, network.Ns);

        var importing = SendAsync();
        await Until.TrueAsync(async () => await shared.ScalarAsync<long>("select count(*) from pg_locks where locktype = 'advisory' and not granted", Ct) > 0, "the import waits", Ct);
        var idle = await shared.ScalarAsync<long>("select count(*) from pg_stat_activity where state like 'idle in transaction%' and query like '%idempotency_key%'", Ct);
        (await SendAsync()).IsProblem(409, "idempotency-key-in-flight");
        await holding.RollbackAsync(Ct);
        var first = (await importing).Expect(200);
        var again = (await SendAsync()).Expect(200);

        Assert.Equal(0L, idle);
        Assert.Equal("1 created, 0 updated, 0 unchanged, 0 conflict, 0 rejected", first.Summary());
        Assert.Equal((first.Text, "true"), (again.Text, again.Headers["Idempotent-Replayed"]));

        Task<Answer> SendAsync() => network.Contributor.SendAsync(
            HttpMethod.Post, $"/api/v1/imports?mode=commit&node={network.Node}&namespace={network.Ns}", new StringContent("id,name,country,types\n1,A,RW,ngo\n", Encoding.UTF8, "text/csv"), Ct, ("Idempotency-Key", "slow"));
    }

    private static async Task LockNamespaceAsync(NpgsqlConnection connection, string ns)
    {
        await using var command = new NpgsqlCommand("select pg_advisory_xact_lock(hashtextextended($1, 20719))", connection) { Parameters = { new() { Value = ns } } };
        await command.ExecuteNonQueryAsync(Ct);
    }
}
