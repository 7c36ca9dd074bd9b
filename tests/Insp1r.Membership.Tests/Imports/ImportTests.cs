using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Insp1r.Testing.Stack;

namespace Insp1r.Membership.Tests.Imports;

public sealed class ImportTests(Shared shared)
{
    private const string Csv = "text/csv";
    private const string Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    private static readonly Encoding Western = CodePagesEncodingProvider.Instance.GetEncoding(1252)!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task M12_FiveThousandRows_ValidateWritesNothingCommitGivesTheSameAndAgainChangesNothing()
    {
        var network = await shared.NewNetworkAsync(Ct);
        await network.PushAsync(Enumerable.Range(1, 250).Select(i => network.Item($"{i}")), Ct);
        await network.PushAsync(Enumerable.Range(201, 50).Select(i => network.Item($"{i}", ("name", $"Changed since {i}"))), Ct);
        var file = new StringBuilder("ID;Nom;Nom en français;Sigle;Pays;Type;Site web;Version\r\n");
        for (var i = 1; i <= 5_000; i++)
        {
            // 100 as they are, 100 with another name, 50 that changed on both sides, 4,600 new ones and 150 of no country.
            var name = i is > 100 and <= 250 ? $"Renamed {i}" : $"Organisation {i}";
            file.Append(CultureInfo.InvariantCulture, $"{network.Ns}:{i};{name};\"Organisation \"\"{i}\"\" née à Kigali\";ORG;{(i > 4_850 ? "Atlantis" : "Rwanda")};");
            file.Append(CultureInfo.InvariantCulture, $"Coopérative et organisation de femmes;https://example.org/é?a=1&b=<2>;{(i is > 200 and <= 250 ? "1" : "")}\r\n");
        }

        var bytes = Encoding.UTF8.GetBytes(file.ToString());
        var (state, logged) = (await shared.StateOfAsync(network.Node, Ct), await shared.LogRowsAsync(network.Node, Ct));
        var validated = (await ImportAsync(network, bytes, "validate")).Expect(200);
        Assert.Equal(state, await shared.StateOfAsync(network.Node, Ct));
        Assert.Equal(logged, await shared.LogRowsAsync(network.Node, Ct));
        var committed = (await ImportAsync(network, bytes, "commit")).Expect(200);
        var after = await shared.LogRowsAsync(network.Node, Ct);
        var again = (await ImportAsync(network, bytes, "commit")).Expect(200);

        Assert.Equal("4600 created, 100 updated, 100 unchanged, 50 conflict, 150 rejected", validated.Summary());
        Assert.Equal(validated.Summary(), committed.Summary());
        Assert.Equal(Rows(validated).Select(row => $"{row["row"]} {row["result"]} {string.Join(',', row.Faults())}"), Rows(committed).Select(row => $"{row["row"]} {row["result"]} {string.Join(',', row.Faults())}"));
        Assert.Equal("/country unknown-country", Assert.Single(Rows(committed)[^1].Faults()));
        Assert.Equal(logged + 4_700, after);
        Assert.Equal("0 created, 0 updated, 4800 unchanged, 50 conflict, 150 rejected", again.Summary());
        Assert.Equal(after, await shared.LogRowsAsync(network.Node, Ct));
    }

    [Fact]
    public async Task M12_SemicolonsAndWindows1252_ReadAsItsOfficeMeantIt()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var file = Western.GetBytes("""
            Liste des membres 2024;;;;;

            Dénomination;Sigle;Pays;Type d’organisation;Site web;Membre depuis;Remarques

            "Coopérative Œuvre d'Été
            et d'Hiver";COE;Côte d'Ivoire;Coopérative / Organisation de femmes;www.oeuvre.example.org;1er mai 2014;ne pas lire
            Syndicat;;RDC;syndicats;;13/01/2015;;;
            """.ReplaceLineEndings("\r\n"));

        var answer = (await ImportAsync(network, file, "commit")).Expect(200);

        Assert.Equal("2 created, 0 updated, 0 unchanged, 0 conflict, 0 rejected", answer.Summary());
        Assert.Equal("""{"format":"csv","encoding":"windows-1252","delimiter":";"}""", answer.Json["file"]!.ToJsonString());
        Assert.Equal([5, 6], Rows(answer).Select(row => (int)row["row"]!));
        var record = (await network.Reader.GetAsync($"/api/v1/organisations/{Rows(answer)[0]["id"]}", Ct)).Expect(200).Json;
        Assert.Equal(("Coopérative Œuvre d'Été et d'Hiver", "COE", "CI", "https://www.oeuvre.example.org"), ((string?)record["name"], (string?)record["acronym"], (string?)record["country"], (string?)record["website"]));
        Assert.Equal("""["cooperative","womens-organisation"]""", record["types"]!.ToJsonString());
        Assert.Equal(["2014-05-01", "2015-01-13"], await SinceAsync(network));
    }

    [Theory]
    [InlineData("utf-8", false, ',')]
    [InlineData("utf-8", true, '\t')]
    [InlineData("utf-16", true, ';')]
    [InlineData("utf-16", false, '|')]
    [InlineData("utf-16BE", true, ',')]
    [InlineData("utf-16BE", false, '\t')]
    public async Task M12_AnyEncodingAndDelimiter_AnsweredInTheSame(string encoding, bool mark, char delimiter)
    {
        var network = await shared.NewNetworkAsync(Ct);
        var form = Encoding.GetEncoding(encoding);
        // An answer in UTF-8 always has the mark: without it, spreadsheet programs take it for something else.
        byte[] Bytes(string text, bool mark) => [.. mark ? form.GetPreamble() : [], .. form.GetBytes(text.Replace('*', delimiter))];
        var file = Bytes("Nombre*País*Tipo\r\nUnión de Cañeros*España*Sindicato\r\nMutua*?*Mutua de salud\r\n", mark);

        var answer = (await ImportAsync(network, file, "commit", accept: Csv)).Expect(200);

        var id = $"{await shared.ScalarAsync<string>("select external_ids[1] from member_organisation where node = $1 and country = 'ES' and name = 'Unión de Cañeros'", Ct, network.Node)}";
        var text = form.GetString(answer.Body);
        Assert.StartsWith(form.GetString(Bytes($"result*code*message*externalId*Nombre*País*Tipo\r\ncreated***{id}*Unión de Cañeros*España*Sindicato\r\nrejected*unknown-country*", mark || encoding is "utf-8")), text, StringComparison.Ordinal);
        Assert.EndsWith("*Mutua*?*Mutua de salud\r\n".Replace('*', delimiter), text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task M12_Spreadsheet_ReadWithItsDatesAndAnsweredAsOne()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var file = Workbooks.Spreadsheet(
            """
            <row r="1"><c r="B1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>Pays</t></is></c><c r="D1" t="inlineStr"><is><t>Type</t></is></c><c r="E1" t="inlineStr"><is><t>Membre depuis</t></is></c><c r="A1" t="inlineStr"><is><t>Matricule</t></is></c></row>
            <row r="3"><c r="A3"><v>17</v></c><c r="B3" t="s"><v>1</v></c><c r="C3" t="inlineStr"><is><t>BF</t></is></c><c r="D3" t="inlineStr"><is><t>Mutuelle de santé</t></is></c><c r="E3" s="1"><v>41760</v></c></row>
            <row r="4"><c r="A4" t="inlineStr"><is><t>0018</t></is></c><c r="B4" t="inlineStr"><is><t>Deuxième</t></is></c><c r="C4" t="inlineStr"><is><t>646</t></is></c><c r="D4" t="inlineStr"><is><t>ONG</t></is></c><c r="E4"><v>42124</v></c></row>
            """,
            ["Nom", "Mutuelle & <Fils>"]);

        var validated = (await ImportAsync(network, file, "validate", type: Xlsx)).Expect(200);
        var answer = (await ImportAsync(network, file, "commit", type: Xlsx, accept: Xlsx)).Expect(200);
        var again = (await ImportAsync(network, answer.Body, "commit", type: Xlsx)).Expect(200);

        Assert.Equal("2 created, 0 updated, 0 unchanged, 0 conflict, 0 rejected", validated.Summary());
        Assert.Equal([3, 4], Rows(validated).Select(row => (int)row["row"]!));
        Assert.EndsWith(":17", (string)Rows(validated)[0]["externalId"]!, StringComparison.Ordinal);
        Assert.Equal(Xlsx, answer.ContentType);
        Assert.Equal("0 created, 0 updated, 2 unchanged, 0 conflict, 0 rejected", again.Summary());
        Assert.Equal(["2014-05-01", "2015-04-30"], await SinceAsync(network));
        Assert.Equal(["Deuxième", "Mutuelle & <Fils>"], (await network.Reader.GetAsync($"/api/v1/organisations?node={network.Node}", Ct)).Names().Order());
    }

    [Fact]
    public async Task M12_RowWithoutId_IsTheRecordOfThatNameAndLeavesWhatItHasNoColumnFor()
    {
        var network = await shared.NewNetworkAsync(Ct);
        await network.PushAsync([network.Item("1", ("name", "Coopérative Une")), network.Item("2", ("name", "Twin")), network.Item("3", ("name", "Twin"))], Ct);
        (await network.RegisterAsync("By hand", Ct)).Expect(201);

        var answer = (await ImportAsync(network, "name,country,types,website\nCOOPERATIVE  une,RW,ngo,\nTwin,RW,ngo,\nBy hand,RW,ngo,\nTwin,BI,ngo,\nTwin,BI,ngo,\n", "commit")).Expect(200);

        Assert.Equal(["updated", "rejected", "updated", "created", "rejected"], Rows(answer).Select(row => (string)row["result"]!));
        Assert.Equal(["/externalId several-of-that-name", "/externalId repeated"], Rows(answer).SelectMany(row => row.Faults()));
        Assert.Equal([$"{network.Ns}:1 record", " ", " record"], Rows(answer).Take(3).Select(row => $"{row["externalId"]} {row["idFrom"]}"));
        Assert.StartsWith($"insp1r-africa-{network.Ns}:name-", (string)Rows(answer)[3]["externalId"]!, StringComparison.Ordinal);
        var record = (await network.Reader.GetAsync($"/api/v1/organisations/by-external-id/{network.Ns}/1", Ct)).Expect(200).Json;
        // The file says nothing of acronym and names, and that there is no website.
        Assert.Equal(("COOPERATIVE une", "ORG", null, """["ngo"]"""), ((string?)record["name"], (string?)record["acronym"], (string?)record["website"], record["types"]!.ToJsonString()));
        Assert.Equal("""{"fr":"Organisation \"1\" née à Kigali"}""", JsonNode.Parse(record["names"]!.ToJsonString())!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
    }

    [Fact]
    public async Task M12_UnknownHeaders_SuggestedAndMissingOnesNamed()
    {
        var network = await shared.NewNetworkAsync(Ct);

        var answer = (await ImportAsync(network, "Name,Countri,Country,Type,Acronim,Websitte,Favourite colour\nA,,RW,ngo,,,\n", "validate")).Expect(200);
        var missing = (await ImportAsync(network, "Structure,Pays\nA,RW\n", "validate")).IsProblem(422, "columns-unclear");
        var twice = (await ImportAsync(network, "Name,Nom,Pays,Type\nA,B,RW,ngo\n", "validate")).IsProblem(422, "columns-unclear");

        Assert.Equal(
            ["Name=name", "Countri~", "Country=country", "Type=types", "Acronim~acronym", "Websitte~website", "Favourite colour~"],
            answer.Json["columns"]!.AsArray().Select(column => column!["field"] is { } field ? $"{column["header"]}={field}" : $"{column["header"]}~{column["suggestion"]}"));
        Assert.Equal(["/name required", "/types required"], missing.Faults());
        Assert.Contains("'Structure', 'Pays'", (string)missing.Json["detail"]!, StringComparison.Ordinal);
        Assert.Equal(["/name repeated"], twice.Faults());
    }

    [Fact]
    public async Task M12_Import_IsToldFromASyncInTheAuditTrail()
    {
        var network = await shared.NewNetworkAsync(Ct);

        (await ImportAsync(network, "name,country,types\nA,RW,ngo\n", "commit")).Expect(200);

        var origin = await shared.ScalarAsync<string>("select origin || ' ' || actor from change_log where node = $1 and type = 'membership.organisation-registered.v1'", Ct, network.Node);
        Assert.StartsWith("import ", origin, StringComparison.Ordinal);
        Assert.EndsWith($"contributor-{network.Ns}", origin, StringComparison.Ordinal);
    }

    [Fact]
    public async Task M12_RecordChangedWhileItsRowWasCompleted_IsAConflict()
    {
        var network = await shared.NewNetworkAsync(Ct);
        await network.PushAsync([network.Item("1")], Ct);
        // Holds the row from the moment on that the file's columns were completed from the record.
        await using var connection = new Npgsql.NpgsqlConnection(shared.Database);
        await connection.OpenAsync(Ct);
        await using var writer = await connection.BeginTransactionAsync(Ct);
        await using (var lockNamespace = new Npgsql.NpgsqlCommand("select pg_advisory_xact_lock(hashtextextended($1, 20719))", connection, writer) { Parameters = { new() { Value = network.Ns } } })
            await lockNamespace.ExecuteNonQueryAsync(Ct);
        var importing = ImportAsync(network, $"id,name,country,types\n{network.Ns}:1,Organisation 1 renamed,RW,ngo\n", "commit");
        await Until.TrueAsync(async () => await shared.ScalarAsync<long>("select count(*) from pg_locks where locktype = 'advisory' and not granted", Ct) > 0, "the import waits for the namespace", Ct);
        await using (var change = new Npgsql.NpgsqlCommand("update member_organisation set acronym = 'NEW', version = 2 where node = $1", connection, writer) { Parameters = { new() { Value = network.Node } } })
            await change.ExecuteNonQueryAsync(Ct);
        await writer.CommitAsync(Ct);

        Assert.Equal(["conflict"], Rows((await importing).Expect(200)).Select(row => (string)row["result"]!));
        Assert.Equal("NEW", await shared.ScalarAsync<string>("select acronym from member_organisation where node = $1", Ct, network.Node));
    }

    [Fact]
    public async Task M12_Mapping_SaysWhichHeaderIsWhich()
    {
        var network = await shared.NewNetworkAsync(Ct);
        const string File = "Structure;Nom;Où;Quoi\nUne;ignoré;RW;ONG\n";
        const string Mapping = """{"Structure":"name","Nom":null,"Où":"country","Quoi":"types"}""";
        using var form = new MultipartFormDataContent { { new StringContent(Mapping), "mapping" }, { new ByteArrayContent(Encoding.UTF8.GetBytes(File)), "file", "membres.csv" } };

        var asQuery = (await ImportAsync(network, File, "validate", query: $"&mapping={Uri.EscapeDataString(Mapping)}")).Expect(200);
        var asForm = (await network.Contributor.SendAsync(HttpMethod.Post, $"/api/v1/imports?mode=commit&node={network.Node}&namespace={network.Ns}", form, Ct)).Expect(200);

        Assert.Equal("1 created, 0 updated, 0 unchanged, 0 conflict, 0 rejected", asQuery.Summary());
        Assert.Equal(asQuery.Summary(), asForm.Summary());
        Assert.StartsWith($"{network.Ns}:name-", (string)Rows(asForm)[0]["externalId"]!, StringComparison.Ordinal);
        Assert.Equal(["Une"], (await network.Reader.GetAsync($"/api/v1/organisations?node={network.Node}", Ct)).Names());
        (await ImportAsync(network, File, "validate", query: "&mapping=%7B%22Structure%22%3A%22colour%22%7D")).IsProblem(400, "bad-query");
        (await ImportAsync(network, "name,country,types\n", "validate", query: $"&mapping={Uri.EscapeDataString(Mapping)}")).IsProblem(422, "columns-unclear");
    }

    [Fact]
    public async Task M12_FaultsOfARow_AllToldAtOnceAndTheOthersTaken()
    {
        var network = await shared.NewNetworkAsync(Ct);

        var answer = (await ImportAsync(network, "id,name,country,type,website,member since,version\n1,,Congo,fishers,mailto:a@b,2014,x\n,Good,RW,ngo,,2014-05-01,\nbad id,Other,RW,ngo,,,\n", "commit")).Expect(200);

        Assert.Equal(["rejected", "created", "rejected"], Rows(answer).Select(row => (string)row["result"]!));
        Assert.Equal(
            ["/baseVersion wrong-type", "/country unknown-country", "/memberSince incomplete-date", "/name required", "/types/0 unknown-type", "/website bad-address"],
            Rows(answer)[0].Faults().Order());
        Assert.Equal(["/externalId bad-external-id"], Rows(answer)[2].Faults());
    }

    [Fact]
    public async Task M12_BeyondTheBounds_413()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var rows = "name,country,types\n" + string.Concat(Enumerable.Repeat("A,RW,ngo\n", 20_000));

        Assert.Contains("20000 rows", (string)(await ImportAsync(network, rows + "A,RW,ngo\n", "validate")).IsProblem(413, "too-large").Json["detail"]!, StringComparison.Ordinal);
        (await ImportAsync(network, rows + new string('\n', 1_000), "validate")).Expect(200);
        (await ImportAsync(network, new byte[(20 << 20) + 1], "validate")).IsProblem(413, "too-large");
        (await ImportAsync(network, new byte[22 << 20], "validate")).IsProblem(413, "too-large");
        Assert.Equal("", await shared.StateOfAsync(network.Node, Ct));
    }

    [Fact]
    public async Task M12_NotOnesOwnNode_Refused()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var other = await shared.NewNetworkAsync(Ct);
        const string File = "name,country,types\nA,RW,ngo\n";
        HttpContent Body() => new StringContent(File, Encoding.UTF8, Csv);

        (await network.Reader.SendAsync(HttpMethod.Post, $"/api/v1/imports?mode=commit&node={network.Node}", Body(), Ct)).IsProblem(403, "forbidden");
        (await network.Contributor.SendAsync(HttpMethod.Post, $"/api/v1/imports?mode=commit&node={other.Node}", Body(), Ct)).IsProblem(403, "outside-your-nodes");
        (await network.Contributor.SendAsync(HttpMethod.Post, $"/api/v1/imports?mode=commit&node={network.Node}.none", Body(), Ct)).IsProblem(400, "bad-query");
        (await network.Contributor.SendAsync(HttpMethod.Post, "/api/v1/imports?mode=commit", Body(), Ct)).IsProblem(400, "bad-query");
        (await network.Contributor.PostAsync($"/api/v1/imports?mode=commit&node={network.Node}", new { }, Ct)).IsProblem(415, "unsupported-media-type");
        Assert.Equal("", await shared.StateOfAsync(other.Node, Ct));
    }

    [Fact]
    public async Task M12_MalformedFiles_AreRefusedOrReadButNeverAFailure()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var sheet = Workbooks.Spreadsheet("""<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>Pays</t></is></c></row>""", ["Nom"]);
        List<byte[]> files =
        [
            [], [0], [0xFF, 0xFE], [0xFF, 0xFE, 0x41], [.. "PK\x03\x04"u8], [.. "PK\x03\x04 and nonsense"u8], [0xD0, 0xCF, 0x11, 0xE0, 0xA1], [.. "name,country,types\n\"never closed,RW,ngo\n"u8],
            [.. "\n\n\n"u8], [.. ",,,,,\n,,,\n"u8], Encoding.UTF8.GetBytes(new string(',', 1_000_000)), Encoding.UTF8.GetBytes("name,country,types\n" + new string('x', 200_000)),
            Workbooks.Spreadsheet("""<row r="1"><c r="ZZZZZZ1"><v>1</v></c></row>"""), Workbooks.Spreadsheet("""<row r="2147483647"><c r="A2147483647"><v>1</v></c></row>"""),
            Workbooks.Spreadsheet("""<row r="-5"><c r="A-5"><v>1</v></c></row>"""), Workbooks.Spreadsheet("""<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"""), Workbooks.Spreadsheet("&boom;"), Workbooks.Spreadsheet("<row"),
            Workbooks.Spreadsheet("""<row r="1"><c r="A1" t="s"><v>99</v></c></row>"""), Workbooks.Spreadsheet("""<row r="1"><c r="A1" s="77"><v>1e308</v></c><c r="B1" s="1"><v>1e308</v></c></row>"""),
            Workbooks.Bomb(), Workbooks.Lying(Workbooks.Bomb()),
        ];
        var random = new Random(20261122);
        for (var i = 0; i < 60; i++)
        {
            var broken = sheet.ToArray();
            for (var j = 0; j < 8; j++)
                broken[random.Next(4, broken.Length)] = (byte)random.Next(256);
            files.Add(broken);
            var noise = new byte[random.Next(1, 300)];
            random.NextBytes(noise);
            files.Add([.. "name;country;types\n"u8, .. noise]);
        }

        foreach (var file in files)
        {
            var answer = await ImportAsync(network, file, "commit");
            Assert.True(answer.Status is 200 or 413 or 422, $"{Convert.ToHexString(file.AsSpan(0, Math.Min(file.Length, 200)))}: {answer}");
        }

        (await ImportAsync(network, Workbooks.Bomb(), "commit")).IsProblem(422, "unreadable-file");
        (await ImportAsync(network, Workbooks.Lying(Workbooks.Bomb()), "commit")).IsProblem(422, "unreadable-file");
        var open = (await ImportAsync(network, Workbooks.OpenDocument(), "commit")).IsProblem(422, "unreadable-file");
        Assert.Contains(".ods", (string?)open.Json["detail"], StringComparison.Ordinal);
        using var form = new ByteArrayContent([.. "--x\r\nnonsense"u8]);
        form.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x");
        (await network.Contributor.SendAsync(HttpMethod.Post, $"/api/v1/imports?node={network.Node}", form, Ct)).IsProblem(400, "bad-request");
    }

    [Fact]
    public async Task M12_MemberSince_CountsWhereASyncCreatesARecordAndNowhereElse()
    {
        var network = await shared.NewNetworkAsync(Ct);

        var answer = (await network.PushAsync([network.Item("1", ("memberSince", "2014-05-01")), network.Item("2", ("memberSince", "2999-01-01")), network.Item("3", ("memberSince", "1.5.2014"))], Ct)).Expect(200);
        var again = (await network.PushAsync([network.Item("1", ("memberSince", "1999-01-01"))], Ct)).Expect(200);

        Assert.Equal(["created", "rejected", "rejected"], answer.Results());
        Assert.Equal(["/memberSince out-of-range", "/memberSince bad-date"], answer.Json["results"]!.AsArray().SelectMany(result => result!.Faults()));
        Assert.Equal(["unchanged"], again.Results());
        Assert.Equal(["2014-05-01"], await SinceAsync(network));
        Assert.Equal("2014-05-01", await shared.ScalarAsync<string>("select since::text from member_organisation where node = $1", Ct, network.Node));
    }

    internal static async Task<Answer> ImportAsync(Network network, byte[] file, string mode, string type = Csv, string accept = "application/json", string query = "")
    {
        using var body = new ByteArrayContent(file);
        body.Headers.ContentType = new MediaTypeHeaderValue(type);
        return await network.Contributor.SendAsync(HttpMethod.Post, $"/api/v1/imports?mode={mode}&node={network.Node}{query}", body, Ct, ("Accept", accept));
    }

    internal static Task<Answer> ImportAsync(Network network, string file, string mode, string accept = "application/json", string query = "") =>
        ImportAsync(network, Encoding.UTF8.GetBytes(file), mode, Csv, accept, query);

    internal static JsonNode[] Rows(Answer answer) => [.. answer.Json["rows"]!.AsArray().Select(row => row!)];

    private Task<string[]> SinceAsync(Network network) =>
        shared.ScalarAsync<string[]>("select array_agg(since::text order by since) from affiliation where node = $1", Ct, network.Node);
}
