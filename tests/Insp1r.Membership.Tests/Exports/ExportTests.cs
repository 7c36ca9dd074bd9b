using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Insp1r.Membership.Tests.Accounts;

namespace Insp1r.Membership.Tests.Exports;

/// <summary>Every list as a file, with the same filters as on screen.</summary>
public sealed class ExportTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("organisations", "id,version,node,name,names,acronym,country,types,website,status,externalIds,createdAt,updatedAt")]
    [InlineData("affiliations", "id,version,organisationId,organisation,node,category,status,mayVote,maySignOn,since,until,throughId,recordedAt")]
    [InlineData("nodes", "id,version,path,level,parent,names,country,since,createdAt,updatedAt")]
    [InlineData("persons", "id,version,node,name,email,phone,language,atRisk,levels.name,levels.email,levels.phone,levels.roles,createdAt,updatedAt")]
    public async Task Export_OfEachList_HasItsColumnsInAStableOrder(string list, string header)
    {
        var csv = (await shared.Steward.GetAsync($"/api/v1/{list}?format=csv", Ct)).Expect(200);

        Assert.Equal("text/csv; charset=utf-8", csv.ContentType);
        Assert.Equal($"attachment; filename=\"{list}.csv\"", csv.Headers["Content-Disposition"]);
        Assert.Equal("no-store", csv.Headers["Cache-Control"]);
        Assert.Equal($"\uFEFF{header}", csv.Text[..csv.Text.IndexOf("\r\n", StringComparison.Ordinal)]);
    }

    [Fact]
    public async Task Export_HasWhatThePagesHave_WithTheSameFilters()
    {
        var network = await shared.NewNetworkAsync(Ct);
        (await network.PushAsync(Enumerable.Range(0, 480).Select(i => network.Item($"{i}")), Ct)).Expect(200);
        (await network.PushAsync(Enumerable.Range(480, 60).Select(i => network.Item($"{i}", ("country", "BF"))), Ct)).Expect(200);
        await (await shared.NewNetworkAsync(Ct)).RegisterAsync("Of another network", Ct);

        foreach (var (filter, expected) in ((string, int)[])[("", 540), ("&country=BF", 60), ("&country=KE", 0), ($"&asOf={DateTime.UtcNow:yyyy-MM-dd}", 540), ("&asOf=2000-01-01", 0)])
        {
            var onScreen = new List<JsonNode>();
            for (var after = ""; after is not null;)
            {
                var page = (await network.Reader.GetAsync($"/api/v1/organisations?limit=100{filter}{after}", Ct)).Expect(200).Json;
                onScreen.AddRange(page["items"]!.AsArray()!);
                after = (string?)page["next"] is { } next ? $"&after={next}" : null;
            }

            var lines = (await network.Reader.GetAsync($"/api/v1/organisations?format=ndjson&limit=3{filter}", Ct)).Expect(200);
            var csv = Rows((await network.Reader.GetAsync($"/api/v1/organisations?{filter.TrimStart('&')}", Ct, ("Accept", "text/csv"))).Expect(200).Text);

            Assert.Equal((filter, expected), (filter, onScreen.Count));
            Assert.Equal(onScreen.Select(o => o.ToJsonString()), lines.Lines.Select(o => o.ToJsonString()));
            Assert.Equal(onScreen.Select(o => $"{o["id"]} {o["name"]} {o["country"]}"), csv.Skip(1).Select(row => $"{row[0]} {row[3]} {row[6]}"));
        }
    }

    [Fact]
    public async Task Export_ListsWithoutPages_AndPairsSideBySide()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var word = $"Mutuelle{network.Ns}";
        var id = (await network.RegisterAsync($"{word} de Kigali", Ct)).Expect(201).Id;
        await network.RegisterAsync($"{word} de Kigaly", Ct);
        var affiliations = $"/api/v1/organisations/{id}/affiliations";
        (await network.Steward.PostAsync($"{affiliations}/{network.Node}/moves", new { to = "suspended", reason = "No dues", decidedBy = "Board", decidedOn = "2024-03-01" }, Ct)).Expect(200);

        var hits = Rows(await FileAsync($"/api/v1/organisations/search?q={word}%20kigali"));
        Assert.Equal(($"{word} de Kigali", 2), (hits[1][hits[0].IndexOf("organisation.name")], hits.Count - 1));
        Assert.Equal(["node,status", $"{network.Node},suspended"], await RowsAsync($"{affiliations}?fields=node,status"));
        Assert.Equal(["status,reason", "suspended,No dues"], await RowsAsync($"{affiliations}/{network.Node}/moves?fields=status,reason"));
        var pairs = Rows(await FileAsync("/api/v1/duplicates"));
        Assert.Equal(2, pairs.Count);
        Assert.Equal(
            [$"{word} de Kigali", $"{word} de Kigaly"],
            ((string[])["a.name", "b.name"]).Select(column => pairs[1][pairs[0].IndexOf(column)]).Order());

        async Task<string> FileAsync(string list) => (await network.Contributor.GetAsync(list, Ct, ("Accept", "text/csv"))).Expect(200).Text;
        async Task<string[]> RowsAsync(string list) => [.. Rows(await FileAsync(list)).Select(row => string.Join(',', row))];
    }

    [Fact]
    public async Task Export_RecordWithinARow_HasAColumnForEachOfItsMembers()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var strength = $"/api/v1/organisations/{(await network.RegisterAsync("Counted", Ct)).Expect(201).Id}/strength";
        (await network.Contributor.PostAsync(strength, new { year = 2023, total = 120, women = 70, source = "Annual report" }, Ct)).Expect(201);

        var rows = Rows((await network.Reader.GetAsync($"{strength}?format=csv&fields=version,affiliates", Ct)).Expect(200).Text);

        Assert.Equal(
            [
                "version", "affiliates.year", "affiliates.total", "affiliates.source", "affiliates.women", "affiliates.men", "affiliates.ages",
                "affiliates.informalShare", "affiliates.sourceUrl",
            ],
            rows[0]);
        Assert.Equal(["1", "2023", "120", "Annual report", "70", "", "", "", ""], rows[1]);
    }

    [Fact]
    public async Task Export_CellsOfAllKinds_AreReadBackAsTheyWere()
    {
        var network = await shared.NewNetworkAsync(Ct);
        const string Name = "Née \"à Kigali\", l'Union\nde 1962; etc.";
        (await network.Contributor.PostAsync(
            "/api/v1/organisations", network.Organisation(Name, types: ["cooperative", "ngo"], externalIds: [$"{network.Ns}:1", $"{network.Ns}:2"], names: new { en = "Union, \"the\"" }), Ct)).Expect(201);

        var rows = Rows((await network.Reader.GetAsync("/api/v1/organisations?format=csv", Ct)).Expect(200).Text);
        var row = rows[0].Zip(rows[1]).ToDictionary(cell => cell.First, cell => cell.Second, StringComparer.Ordinal);

        Assert.Equal((Name, "cooperative;ngo", $"{network.Ns}:1;{network.Ns}:2", "1", ""), (row["name"], row["types"], row["externalIds"], row["version"], row["website"]));
        Assert.Equal("Union, \"the\"", (string?)JsonNode.Parse(row["names"])!["en"]);
    }

    [Theory]
    [InlineData("=HYPERLINK(\"https://evil.example\")")]
    [InlineData("+1+1")]
    [InlineData("-2+3")]
    [InlineData("@SUM(A1)")]
    [InlineData("Union;=1+1", "Union;'=1+1")]
    public async Task Export_WhatASpreadsheetTakesForAFormula_IsDisarmed(string name, string? disarmed = null)
    {
        var network = await shared.NewNetworkAsync(Ct);
        await network.RegisterAsync(name, Ct);

        var rows = Rows((await network.Reader.GetAsync("/api/v1/organisations?format=csv", Ct)).Expect(200).Text);

        Assert.Equal(disarmed ?? $"'{name}", rows[1][3]);
    }

    [Fact]
    public async Task Export_Fields_KeepsThemInTheirOrder()
    {
        var network = await shared.NewNetworkAsync(Ct);
        await network.RegisterAsync("Thin", Ct);

        Assert.Equal("\uFEFFname,country\r\nThin,RW\r\n", (await network.Reader.GetAsync("/api/v1/organisations?format=csv&fields=country,name", Ct)).Expect(200).Text);
        Assert.Equal("{\"name\":\"Thin\",\"country\":\"RW\"}\n", (await network.Reader.GetAsync("/api/v1/organisations?format=ndjson&fields=country,name", Ct)).Expect(200).Text);
        (await network.Reader.GetAsync("/api/v1/organisations?format=csv&fields=nothing", Ct)).IsProblem(400, "bad-query");
    }

    [Fact]
    public async Task Export_WhatTheListRefuses_IsRefusedAsAProblem()
    {
        var network = await shared.NewNetworkAsync(Ct);

        (await network.Reader.GetAsync("/api/v1/organisations?format=xlsx", Ct)).IsProblem(400, "bad-query");
        (await network.Reader.GetAsync("/api/v1/organisations?format=csv&type=bank", Ct)).IsProblem(400, "bad-query");
        using var operation = shared.App.As("only-operator", "operator@insp1r");
        (await operation.GetAsync("/api/v1/organisations?format=csv", Ct)).IsProblem(403, "forbidden");
        using var anybody = new HttpClient { BaseAddress = shared.App.Address };
        using var refused = await anybody.GetAsync(new Uri("/api/v1/directory?format=csv", UriKind.Relative), Ct);
        Assert.Equal(401, (int)refused.StatusCode);
    }

    [Fact]
    public async Task G5_PersonAtRisk_IsInNoFile_AndOthersAreShownByTheirLevels()
    {
        var network = await shared.NewNetworkAsync(Ct);
        await RecordAsync("Shown", false);
        var risk = await RecordAsync("Endangered", true);

        foreach (var (api, name, email) in ((Testing.Stack.Api, string, string)[])
            [(network.Steward, "Shown", "someone@example.org"), (network.Contributor, "Shown", ""), (network.Reader, "Shown", "")])
        {
            var rows = Rows((await api.GetAsync("/api/v1/persons?format=csv", Ct)).Expect(200).Text);
            Assert.Equal(2, rows.Count);
            Assert.Equal((name, email), (rows[1][3], rows[1][4]));
        }

        // On screen, those who keep the record see it.
        Assert.Contains("Endangered", (await network.Steward.GetAsync("/api/v1/persons", Ct)).Expect(200).Text, StringComparison.Ordinal);
        (await network.Steward.GetAsync($"/api/v1/persons/{risk}/roles?format=csv", Ct)).IsProblem(403, "forbidden");

        async Task<Guid> RecordAsync(string name, bool atRisk) => (await network.Steward.PostAsync(
            "/api/v1/persons", new { node = network.Node, name, email = "someone@example.org", language = "fr", atRisk, levels = new { name = "node" } }, Ct)).Expect(201).Id;
    }

    [Fact]
    public async Task Export_OfHundredThousandRows_StreamsInBoundedMemory()
    {
        const int Count = 100_000;
        const long Most = 24 * 1024 * 1024;
        var database = await shared.Postgres.CreateDatabaseAsync("export", Ct);
        await using var app = MembershipApp.Start(database);
        await Shared.ScalarOfAsync<long>(database, """
            with o as (
              insert into member_organisation (id, version, node, name, names, acronym, country, types, website, status, external_ids, search, keys, created_at, updated_at, since, recorded_at)
              select gen_random_uuid(), 1, 'insp1r', 'Organisation ' || n, '{"fr": "Organisation numero"}', 'ORG', 'RW', '{cooperative}', 'https://example.org/' || n, 'active', '{}', '', '{}', now(), now(), '2020-01-01', now()
              from generate_series(1, $1) n returning 1)
            select count(*) from o
            """, Ct, Count);
        using var http = new HttpClient { BaseAddress = app.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/organisations?format=csv");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", app.Token("exporter", ["reader@insp1r"], "read"));

        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(Ct), Encoding.UTF8);
        await reader.ReadLineAsync(Ct);
        var (before, most, rows, size) = (GC.GetTotalMemory(forceFullCollection: true), 0L, 0, 0L);
        while (await reader.ReadLineAsync(Ct) is { } line)
        {
            size += line.Length;
            // What is alive, not what is garbage: a list held as a whole would be.
            if (++rows % 10_000 == 0)
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
        }

        Assert.Equal(Count, rows);
        Assert.True(size > 18_000_000, $"The file has {size} bytes only: held in memory it would not be noticed.");
        Assert.True(most < Most, $"{most / 1024} KiB more were held at once than at the beginning.");
    }

    [Fact]
    public async Task Export_ThatFailsInTheMiddle_EndsAsACutConnectionAndNotAsAWholeFile()
    {
        var database = await shared.Postgres.CreateDatabaseAsync("cut", Ct);
        await using var app = MembershipApp.Start(database);
        await Shared.ScalarOfAsync<long>(database, """
            with o as (
              insert into member_organisation (id, version, node, name, names, acronym, country, types, website, status, external_ids, search, keys, created_at, updated_at, since, recorded_at)
              select gen_random_uuid(), 1, 'insp1r', 'Organisation ' || repeat('long ', 50) || n, '{}', 'ORG', 'RW', '{cooperative}', 'https://example.org/' || repeat('long', 100) || n, 'active', '{}', '', '{}', now(), now(), '2020-01-01', now()
              from generate_series(1, 50000) n returning 1)
            select count(*) from o
            """, Ct);
        using var http = new HttpClient { BaseAddress = app.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/organisations?format=csv");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", app.Token("exporter", ["reader@insp1r"], "read"));

        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
        await using (var connection = new Npgsql.NpgsqlConnection(database))
        {
            await connection.OpenAsync(Ct);
            await using var rename = new Npgsql.NpgsqlCommand("alter table member_organisation rename to elsewhere", connection);
            await rename.ExecuteNonQueryAsync(Ct);
        }

        Assert.Equal(200, (int)answer.StatusCode);
        await Assert.ThrowsAsync<HttpRequestException>(() => answer.Content.CopyToAsync(Stream.Null, Ct));
    }

    [Fact]
    public async Task Export_OfAnOrganisationsServicesAndStrength_HasWhatTheirPagesHave()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var id = (await network.RegisterAsync("Of many", Ct)).Expect(201).Id;
        foreach (var i in Enumerable.Range(0, 3))
        {
            (await network.Contributor.PostAsync($"/api/v1/organisations/{id}/services", new { kind = "savings", description = new { en = $"No {i}" } }, Ct)).Expect(201);
            (await network.Contributor.PostAsync($"/api/v1/organisations/{id}/strength", new { year = 2020 + i, total = 100, source = "s" }, Ct)).Expect(201);
        }

        (await network.Contributor.PatchAsync($"/api/v1/organisations/{id}/strength/2021", new { reason = "r", total = 200 }, Ct, ("If-Match", "\"1\""))).Expect(200);
        foreach (var (list, expected) in ((string, int)[])[("services?", 3), ("strength?", 3), ("strength?history=true&", 4)])
        {
            var onScreen = new List<string>();
            for (var after = ""; after is not null;)
            {
                var page = (await network.Reader.GetAsync($"/api/v1/organisations/{id}/{list}limit=1{after}", Ct)).Expect(200).Json;
                onScreen.Add(Assert.Single(page["items"]!.AsArray())!.ToJsonString());
                after = (string?)page["next"] is { } next ? $"&after={next}" : null;
            }

            Assert.Equal((list, expected), (list, onScreen.Distinct(StringComparer.Ordinal).Count()));
            Assert.Equal(onScreen, (await network.Reader.GetAsync($"/api/v1/organisations/{id}/{list}", Ct)).Expect(200).Json["items"]!.AsArray().Select(item => item!.ToJsonString()));
            Assert.Equal(onScreen, (await network.Reader.GetAsync($"/api/v1/organisations/{id}/{list}format=ndjson", Ct)).Expect(200).Lines.Select(line => line.ToJsonString()));
            (await network.Reader.GetAsync($"/api/v1/organisations/{id}/{list}after=x", Ct)).IsProblem(400, "bad-cursor");
        }
    }

    [Fact]
    public async Task G5_AccountOfAPersonAtRisk_IsInNoFile()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var (_, _, open) = await network.InviteAsync(Ct, $"reader@{network.Node}");
        var (person, _, endangered) = await network.InviteAsync(Ct, $"reader@{network.Node}");
        var record = (await network.Steward.GetAsync($"/api/v1/persons/{person}", Ct)).Expect(200);
        (await network.Steward.PatchAsync($"/api/v1/persons/{person}", new { atRisk = true }, Ct, ("If-Match", record.ETag!))).Expect(200);

        foreach (var (query, accept) in ((string, string)[])[("?format=csv", "*/*"), ("?format=ndjson", "*/*"), ("", "text/csv")])
        {
            var file = (await network.Steward.GetAsync($"/api/v1/accounts{query}", Ct, ("Accept", accept))).Expect(200).Text;
            Assert.Contains(open, file, StringComparison.Ordinal);
            Assert.DoesNotContain(endangered, file, StringComparison.Ordinal);
            Assert.DoesNotContain($"{person}", file, StringComparison.Ordinal);
        }

        Assert.Contains(endangered, (await network.Steward.GetAsync("/api/v1/accounts", Ct)).Expect(200).Text, StringComparison.Ordinal);
    }

    /// <summary>Reads CSV as RFC 4180 says, knowing nothing of who wrote it.</summary>
    internal static List<List<string>> Rows(string csv)
    {
        csv = csv.TrimStart('\uFEFF');
        var (rows, row, cell, quoted) = (new List<List<string>>(), new List<string>(), new StringBuilder(), false);
        for (var i = 0; i < csv.Length; i++)
        {
            if (quoted && csv[i] == '"' && i + 1 < csv.Length && csv[i + 1] == '"')
                cell.Append(csv[i++]);
            else if (csv[i] == '"')
                quoted = !quoted;
            else if (!quoted && csv[i] is ',' or '\r' && !quoted)
                End();
            else if (quoted || csv[i] != '\n')
                cell.Append(csv[i]);
            if (!quoted && csv[i] == '\n')
            {
                rows.Add(row);
                row = [];
            }
        }

        Assert.Empty(row);
        return rows;

        void End()
        {
            row.Add(cell.ToString());
            cell.Clear();
        }
    }
}
