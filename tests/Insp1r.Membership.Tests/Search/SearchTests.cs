using System.Text.Json.Nodes;
using Insp1r.Membership.Merging;
using Insp1r.Membership.Organisations;
using Insp1r.Membership.Reference;
using Insp1r.Testing.Stack;
using Npgsql;

namespace Insp1r.Membership.Tests.Search;

/// <summary>Finding an organisation by what somebody remembers of it.</summary>
public sealed class SearchTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task M10_Search_Forgives_AccentsOrderSpellingAndAcronyms_InThreeLanguages()
    {
        var network = await shared.NewNetworkAsync(Ct);
        foreach (var body in (object[])
            [
                network.Organisation("Union Technique de la Mutualité"),
                network.Organisation("Initiative Aïsha", acronym: "I.A."),
                network.Organisation("Domestic Workers Union", names: new { fr = "Syndicat des travailleuses de maison", es = "Sindicato de trabajadoras del hogar" }, acronym: "DWU"),
                network.Organisation("Confederación Nacional de Campesinos"),
                network.Organisation("Coopérative des pêcheurs du lac"),
            ])
            (await network.Contributor.PostAsync("/api/v1/organisations", body, Ct)).Expect(201);

        foreach (var (asked, found, matched) in ((string, string, string)[])
            [
                ("UTM", "Union Technique de la Mutualité", "initials"), ("u.t.m.", "Union Technique de la Mutualité", "initials"),
                ("mutualite union technique", "Union Technique de la Mutualité", "name"), ("Unoin technique mutualitee", "Union Technique de la Mutualité", "name"),
                ("Aisha", "Initiative Aïsha", "name"), ("AÏSHA", "Initiative Aïsha", "name"), ("ia", "Initiative Aïsha", "acronym"),
                ("dwu", "Domestic Workers Union", "acronym"), ("travailleuses maison", "Domestic Workers Union", "names/fr"), ("hogar sindicato", "Domestic Workers Union", "names/es"),
                ("confederacion campesino", "Confederación Nacional de Campesinos", "name"), ("cnc", "Confederación Nacional de Campesinos", "initials"),
                ("pecheurs cooperative", "Coopérative des pêcheurs du lac", "name"), ("Domestic Workers' Union", "Domestic Workers Union", "name"),
            ])
        {
            var hit = (await SearchAsync(network.Reader, asked)).FirstOrDefault();
            Assert.Equal((asked, found, matched), (asked, (string?)hit?["organisation"]!["name"], (string?)hit?["matched"]));
            Assert.InRange((double)hit!["score"]!, 0.5, 1);
        }

        Assert.Empty(await SearchAsync(network.Reader, "quarterback"));
        // A long name finds what bears its initials; what has the words themselves comes before it.
        (await network.Contributor.PostAsync("/api/v1/organisations", network.Organisation("Utm"), Ct)).Expect(201);
        Assert.Equal(["Union Technique de la Mutualité", "Utm"], (await SearchAsync(network.Reader, "Union Technique de la Mutualité")).Take(2).Select(h => (string?)h["organisation"]!["name"]));
    }

    [Fact]
    public async Task M10_Search_ForACommonPhrase_FindsWhatBearsJustThisNameFirst()
    {
        var network = await shared.NewNetworkAsync(Ct);
        (await network.PushAsync([.. Enumerable.Range(0, 450).Select(n => network.Item($"{n}", ("name", $"Syndicat national {n}"))), network.Item("last", ("name", "Syndicat National"))], Ct)).Expect(200);

        Assert.Equal("Syndicat National", (string?)(await SearchAsync(network.Reader, "syndicat national"))[0]["organisation"]!["name"]);
    }

    [Fact]
    public async Task M10_Search_KeepsToTheCallersNodes_AndRefusesWhatIsNoQuestion()
    {
        var (own, other) = (await shared.NewNetworkAsync(Ct), await shared.NewNetworkAsync(Ct));
        var name = $"Zanzigora {Guid.NewGuid():N}";
        (await own.RegisterAsync(name, Ct)).Expect(201);

        Assert.Single(await SearchAsync(own.Reader, name));
        Assert.Empty(await SearchAsync(other.Reader, name));
        Assert.Single(await SearchAsync(shared.Steward, name, $"&node={own.Node}"));
        Assert.Empty(await SearchAsync(shared.Steward, name, $"&node={other.Node}"));
        foreach (var bad in (string[])["", "q=", "q=%20", "q=!!!", "q=a&limit=0", "q=a&limit=101", "q=a&node=x..y", $"q={new string('a', 201)}"])
            (await own.Reader.GetAsync($"/api/v1/organisations/search?{bad}", Ct)).IsProblem(400, "bad-query");
    }

    [Fact]
    public async Task M10_Search_OfFiftyThousand_GoesByTheIndexes()
    {
        var database = await shared.Postgres.CreateDatabaseAsync($"search_{Guid.NewGuid():N}", Ct);
        await using (MembershipApp.Start(database))
        await using (var connection = new NpgsqlConnection(database))
        {
            await connection.OpenAsync(Ct);
            await ExecuteAsync(connection, """
                insert into member_organisation (id, version, node, name, names, country, types, status, external_ids, search, keys, since, recorded_at, created_at, updated_at)
                select gen_random_uuid(), 1, 'insp1r', initcap(s), '{}', 'RW', '{cooperative}', 'active', '{}', s, array['i:' || i], current_date, now(), now(), now()
                from (select n,
                        (array['union', 'federation', 'syndicat', 'mutuelle', 'cooperative', 'association', 'confederacion', 'red', 'alliance', 'collectif'])[1 + n % 10] || ' ' ||
                        (array['technique', 'nationale', 'regional', 'workers', 'femmes', 'campesinos', 'sante', 'solidaire', 'jeunes', 'informal', 'pecheurs', 'artisans', 'domestic'])[1 + n % 13] || ' de ' ||
                        (array['mutualite', 'sante', 'agriculture', 'transport', 'textile', 'comercio', 'education', 'microcredit', 'prevoyance'])[1 + n % 9] || ' ' || substr(md5(n::text), 1, 6) || 'a ' || translate(substr(md5('x' || n), 1, 5), '0123456789', 'ghijklmnop'),
                        substr(md5('i' || n), 1, 4)
                      from generate_series(1, 50000) n) g (n, s, i)
                """);
            await ExecuteAsync(connection, """
                insert into network_node (id, version, path, level, parent, names, created_at, updated_at, since, named_since)
                values (gen_random_uuid(), 1, 'insp1r.small', 'continental', 'insp1r', '{}', now(), now(), current_date, current_date);
                insert into member_organisation (id, version, node, name, names, country, types, status, external_ids, search, keys, since, recorded_at, created_at, updated_at)
                select gen_random_uuid(), 1, 'insp1r.small', name, names, country, types, status, external_ids, search, keys, since, recorded_at, created_at, updated_at
                from member_organisation limit 200
                """);
            await ExecuteAsync(connection, "vacuum analyze member_organisation");
            await ExecuteAsync(connection, SearchOrganisations.Query.Prepare.Replace("true", "false", StringComparison.Ordinal));
            foreach (var asked in (string[])["UTM", "Union Technique de la Mutualité", "mutualite", "mutualitee", "domestik workers transport", "santé", "federation femmes transport quarterback", "zzyzx"])
            {
                var plan = string.Join('\n', await PlanAsync(connection, asked, "insp1r"));
                Assert.Contains("Bitmap Index Scan on ix_member_organisation_search", plan, StringComparison.Ordinal);
                Assert.Contains("Bitmap Index Scan on ix_member_organisation_keys", plan, StringComparison.Ordinal);
                Assert.DoesNotContain("Seq Scan on member_organisation", plan, StringComparison.Ordinal);
                TestContext.Current.TestOutputHelper!.WriteLine($"{asked}: {plan[plan.LastIndexOf("Execution Time", StringComparison.Ordinal)..]}");

                // Beside so many, a small network's search goes through its own.
                var small = await PlanAsync(connection, asked, "insp1r.small");
                Assert.All(small.FindAll(line => line.Contains("ix_member_organisation_search", StringComparison.Ordinal)), line => Assert.Contains("never executed", line, StringComparison.Ordinal));
                TestContext.Current.TestOutputHelper!.WriteLine($"{asked}, in a small one: {small.Find(line => line.StartsWith("Execution Time", StringComparison.Ordinal))}");
            }
        }
    }

    [Fact]
    public async Task M10_Keys_OfRecordsThatWereThereBefore_AreThoseThatTheServiceWrites()
    {
        var network = await shared.NewNetworkAsync(Ct);
        foreach (var (name, acronym, website) in ((string, string?, string?)[])
            [("Union Technique de la Mutualité", "U.T.M.", "https://www.utm.example/fr/"), ("ZAMUKA", null, "http://example.org"), ("Confédération générale du travail", "CGT", null), ("L'Aïsha d'or", null, null), ("de la", "DL", "https://EXAMPLE.org/Path?x=1")])
            (await network.Contributor.PostAsync("/api/v1/organisations", new { node = network.Node, name, acronym, website, country = "RW", types = (string[])["cooperative"], names = new { es = "Red de mujeres" } }, Ct)).Expect(201);

        const string Keys = "select array_agg((select string_agg(k, ' ' order by k collate \"C\") from unnest(keys) k) order by id) from member_organisation where node = $1";
        var written = await shared.ScalarAsync<string[]>(Keys, Ct, network.Node);
        await shared.ScalarAsync<int>(MergingSchema.FillKeys + "; select 1", Ct);
        Assert.Equal(written, await shared.ScalarAsync<string[]>(Keys, Ct, network.Node));
        Assert.Equal("a:utm i:rm i:utm w:utm.example/fr", written[0]);
    }

    [Theory]
    [InlineData("Union Technique de la Mutualité", "utm")]
    [InlineData("Aïsha", null)]
    [InlineData("L'Union des femmes d'Afrique", "ufa")]
    [InlineData("Sindicato de Trabajadoras del Hogar", "sth")]
    [InlineData("of the", null)]
    public void M10_Initials_AreThoseOfTheWordsThatCount(string name, string? initials) => Assert.Equal(initials, SearchKeys.Initials(name));

    private static async Task<List<string>> PlanAsync(NpgsqlConnection connection, string asked, string node)
    {
        var search = SearchOrganisations.Query.Of(asked).Command([node], 20);
        await using var command = new NpgsqlCommand("explain (analyze, costs off, summary on) " + search.CommandText, connection);
        foreach (NpgsqlParameter parameter in search.Parameters.ToList())
            command.Parameters.Add(parameter.Clone());
        var lines = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(Ct);
        while (await reader.ReadAsync(Ct))
            lines.Add(reader.GetString(0));
        return lines;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 300 };
        await command.ExecuteNonQueryAsync(Ct);
    }

    private static async Task<List<JsonNode>> SearchAsync(Api api, string asked, string more = "") =>
        [.. (await api.GetAsync($"/api/v1/organisations/search?q={Uri.EscapeDataString(asked)}{more}", Ct)).Expect(200).Json["items"]!.AsArray().Select(hit => hit!)];
}
