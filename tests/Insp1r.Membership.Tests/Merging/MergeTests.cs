using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Insp1r.Membership.Tests.Accounts;
using Insp1r.Testing.Stack;

namespace Insp1r.Membership.Tests.Merging;

/// <summary>Two records become one, and two again (features.md, M9 and M11).</summary>
public sealed class MergeTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Records Records { get; } = new(shared, Ct);

    [Fact]
    public async Task M11_Merge_TakesEachFieldAsChosen_AndAllThatHangsOnTheDuplicate()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var survivor = (await network.Contributor.PostAsync("/api/v1/organisations", network.Organisation("UTM", acronym: "UTM", externalIds: [$"{network.Ns}:1"]), Ct)).Expect(201).Id;
        var merged = (await network.Contributor.PostAsync("/api/v1/organisations", network.Organisation(
            "Union Technique de la Mutualité", country: "ML", types: ["mutual-health-organisation"], externalIds: [$"{network.Ns}:2", $"old{network.Ns}:x"], names: new { en = "Technical Union" }), Ct)).Expect(201).Id;
        var neighbour = (await network.RegisterAsync("Neighbour", Ct, [$"{network.Ns}:3"])).Expect(201).Id;
        using var africa = shared.App.As($"africa-{network.Ns}", "steward@insp1r.africa");
        (await africa.PostAsync($"/api/v1/organisations/{merged}/affiliations", new { node = "insp1r.africa", category = "associate" }, Ct)).Expect(201);
        var person = await network.PersonAsync("A contact", null, Ct);
        var role = (await network.Contributor.PostAsync($"/api/v1/persons/{person}/roles", new { kind = "contact", title = "Secretary", from = "2024-01-01", organisationId = merged }, Ct)).Expect(201).Id;
        var before = await Records.DumpAsync([survivor, merged, neighbour]);

        var merge = (await Records.MergeAsync(network.Steward, survivor, merged, new { name = "theirs", names = "theirs", types = "theirs" })).Expect(200);

        var now = await Records.ReadAsync(survivor);
        Assert.Equal(("Union Technique de la Mutualité", "UTM", "RW", "mutual-health-organisation", "Technical Union"), ((string?)now["name"], (string?)now["acronym"], (string?)now["country"], (string?)now["types"]![0], (string?)now["names"]!["en"]));
        Assert.Equal([$"{network.Ns}:1", $"{network.Ns}:2", $"old{network.Ns}:x"], now["externalIds"]!.AsArray().Select(e => (string)e!));
        Assert.Equal(["insp1r.africa", network.Node], (await network.Reader.GetAsync($"/api/v1/organisations/{survivor}/affiliations", Ct)).Expect(200).Json["items"]!.AsArray().Select(a => (string)a!["node"]!).Order(StringComparer.Ordinal));
        Assert.Equal(survivor, await shared.ScalarAsync<Guid>("select organisation_id from person_role where id = $1", Ct, role));
        Assert.Equal(survivor, Assert.Single((await network.Steward.GetAsync($"/api/v1/merges?node={network.Node}", Ct)).Expect(200).Json["items"]!.AsArray(), m => (Guid)m!["mergedId"]! == merged)!["survivorId"]!.GetValue<Guid>());

        // What others hear of it, and the trail with the reason.
        Assert.Equal(
            [("membership.organisation-merged.v1", merged), ("membership.organisation-updated.v1", survivor)],
            await EventsAsync("membership.organisation-%", merged, survivor));
        Assert.Equal(("merged", survivor.ToString(), "One and the same"), await LastEventAsync(merged));

        (await Records.UndoAsync(network.Steward, merge.Id)).Expect(200);
        Assert.Equal(before, await Records.DumpAsync([survivor, merged, neighbour]));
        Assert.Equal([("membership.organisation-unmerged.v1", merged), ("membership.organisation-updated.v1", survivor)], await EventsAsync("membership.organisation-%", merged, survivor));
        (await Records.UndoAsync(network.Steward, merge.Id)).IsProblem(409, "merge-undone");
    }

    [Fact]
    public async Task M11_WithoutAChoice_OursStays_AndTheirsFillsWhatOursHasNot()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var survivor = (await network.Contributor.PostAsync("/api/v1/organisations", network.Organisation("Ours", names: new { }), Ct)).Expect(201).Id;
        var merged = (await network.Contributor.PostAsync("/api/v1/organisations", new { node = network.Node, name = "Theirs", country = "RW", types = (string[])["ngo"], acronym = "TH", website = "https://theirs.example.org", names = new { fr = "Leurs" } }, Ct)).Expect(201).Id;

        var merge = (await Records.MergeAsync(network.Steward, survivor, merged)).Expect(200).Id;

        var now = await Records.ReadAsync(survivor);
        Assert.Equal(("Ours", "TH", "https://theirs.example.org", "Leurs"), ((string?)now["name"], (string?)now["acronym"], (string?)now["website"], (string?)now["names"]!["fr"]));
        (await Records.UndoAsync(network.Steward, merge)).Expect(200);
        Assert.Null((await Records.ReadAsync(survivor))["acronym"]);
        // The history of the one that stayed tells of both.
        var reasons = (await network.Reader.GetAsync($"/api/v1/organisations/{survivor}/history", Ct)).Expect(200).Json["items"]!.AsArray().Select(entry => (string?)entry!["reason"]).ToList();
        Assert.Contains($"The merge with {merged} was undone", reasons);
        Assert.Contains(reasons, reason => reason?.StartsWith($"Merged with {merged}", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task M9_MergedRecord_AnswersToAllItsOldIds()
    {
        var network = await shared.NewNetworkAsync(Ct);
        (await network.PushAsync([network.Item("a"), network.Item("b", ("name", "Another name"))], Ct)).Expect(200);
        var (survivor, merged) = (await ByExternalIdAsync("a"), await ByExternalIdAsync("b"));
        var merge = (await Records.MergeAsync(network.Steward, survivor, merged)).Expect(200).Id;

        var redirected = (await network.Reader.GetAsync($"/api/v1/organisations/{merged}", Ct)).Expect(200);
        Assert.Equal((survivor, $"/api/v1/organisations/{survivor}"), (redirected.Id, redirected.Headers["Content-Location"]));
        Assert.Equal(survivor, await ByExternalIdAsync("b"));
        Assert.Equal(["Organisation a"], (await network.Reader.GetAsync("/api/v1/organisations", Ct)).Expect(200).Names());
        Assert.Equal(["Organisation a"], (await network.Reader.GetAsync("/api/v1/organisations?text=o", Ct)).Expect(200).Names());
        Assert.Equal(["Organisation a"], (await network.Reader.GetAsync($"/api/v1/organisations?asOf={DateTime.UtcNow:yyyy-MM-dd}", Ct)).Expect(200).Names());
        Assert.DoesNotContain("Another name", (await network.Reader.GetAsync("/api/v1/organisations/search?q=Another+name", Ct)).Expect(200).Text, StringComparison.Ordinal);
        Assert.Equal(1, (int)(await network.Reader.GetAsync("/api/v1/affiliations/counts", Ct)).Expect(200).Json["distinctOrganisations"]!);
        (await network.Contributor.PatchAsync($"/api/v1/organisations/{merged}", new { name = "Late" }, Ct, ("If-Match", "*"))).IsProblem(409, "organisation-merged");

        // A sync of either system finds the one record; what differs from it is a conflict for somebody to decide, as its base is older than the merge.
        Assert.Equal(["unchanged"], (await network.PushAsync([network.Item("b", ("name", "Organisation a"), ("names", new JsonObject { ["fr"] = "Organisation \"a\" née à Kigali" }))], Ct)).Expect(200).Results());
        Assert.Equal(["conflict"], (await network.PushAsync([network.Item("b", ("baseVersion", 1), ("name", "Pushed"))], Ct)).Expect(200).Results());
        (await Records.UndoAsync(network.Steward, merge)).Expect(200);
        Assert.Equal((merged, survivor), (await ByExternalIdAsync("b"), await ByExternalIdAsync("a")));
        Assert.Equal(2, (int)(await network.Reader.GetAsync("/api/v1/affiliations/counts", Ct)).Expect(200).Json["distinctOrganisations"]!);

        async Task<Guid> ByExternalIdAsync(string id) => (await network.Reader.GetAsync($"/api/v1/organisations/by-external-id/{network.Ns}/{id}", Ct)).Expect(200).Id;
    }

    [Fact]
    public async Task M11_MergedMember_CountsOnceOnEveryDay_AndTwiceAsKnownBefore()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var survivor = await Records.AddAsync(new { node = network.Node, name = "Registered again", country = "RW", types = (string[])["cooperative"], since = "2022-01-01" });
        var merged = await Records.AddAsync(new { node = network.Node, name = "There from the beginning", country = "RW", types = (string[])["cooperative"], since = "2019-12-01" });
        var known = DateTimeOffset.UtcNow;
        var before = await Records.AnswersAsync([survivor, merged], known);
        var merge = (await Records.MergeAsync(network.Steward, survivor, merged)).Expect(200).Id;

        // Its membership goes back to 2019, which only the duplicate knew.
        foreach (var (day, members) in ((string, int)[])[("2019-11-30", 0), ("2019-12-01", 1), ("2021-12-31", 1), ("2022-01-01", 1), ($"{DateTime.UtcNow:yyyy-MM-dd}", 1)])
            Assert.Equal((day, members), (day, (await network.Reader.GetAsync($"/api/v1/organisations?asOf={day}", Ct)).Expect(200).Names().Length));
        Assert.Equal(survivor, (await network.Reader.GetAsync($"/api/v1/organisations/{merged}?asOf=2020-01-01", Ct)).Expect(200).Id);
        Assert.Equal(before, await Records.AnswersAsync([survivor, merged], known));

        // The one membership that it has now can end; the duplicate's does not stand behind it.
        (await network.Steward.PostAsync($"/api/v1/organisations/{survivor}/affiliations/{network.Node}/moves", new { to = "withdrawn", reason = "r", decidedBy = "b", decidedOn = "2026-01-01" }, Ct)).Expect(200);
        Assert.Equal(0, (int)(await network.Reader.GetAsync("/api/v1/affiliations/counts", Ct)).Expect(200).Json["distinctOrganisations"]!);
        (await Records.UndoAsync(network.Steward, merge)).Expect(200);
        Assert.Equal(["There from the beginning"], (await network.Reader.GetAsync("/api/v1/organisations?status=active", Ct)).Expect(200).Names());
        Assert.Equal(before, await Records.AnswersAsync([survivor, merged], known));
    }

    [Fact]
    public async Task M11_Undo_KeepsWhatWasEditedAndAddedSince()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var survivor = (await network.Contributor.PostAsync("/api/v1/organisations", network.Organisation("Ours", acronym: "OU", externalIds: [$"{network.Ns}:o"]), Ct)).Expect(201).Id;
        var merged = (await network.Contributor.PostAsync("/api/v1/organisations", network.Organisation("Theirs", acronym: "TH", externalIds: [$"{network.Ns}:t", $"{network.Ns}:gone"]), Ct)).Expect(201).Id;
        var person = await network.PersonAsync("A contact", null, Ct);
        var (moved, ended) = (await ContactAsync(merged), await ContactAsync(merged));
        var merge = (await Records.MergeAsync(network.Steward, survivor, merged, new { name = "theirs", acronym = "theirs" })).Expect(200).Id;

        (await network.Steward.PatchAsync($"/api/v1/organisations/{survivor}", new { name = "Edited since", externalIds = (string[])[$"{network.Ns}:o", $"{network.Ns}:t", $"{network.Ns}:new"] }, Ct, ("If-Match", "*"))).Expect(200);
        (await network.Steward.PostAsync($"/api/v1/persons/{person}/roles/{ended}/end", new { reason = "Over" }, Ct)).Expect(200);
        var added = await ContactAsync(survivor);
        (await Records.UndoAsync(network.Steward, merge)).Expect(200);

        var (ours, theirs) = (await Records.ReadAsync(survivor), await Records.ReadAsync(merged));
        Assert.Equal(("Edited since", "OU", "Theirs", "TH"), ((string?)ours["name"], (string?)ours["acronym"], (string?)theirs["name"], (string?)theirs["acronym"]));
        Assert.Equal([$"{network.Ns}:o", $"{network.Ns}:new"], ours["externalIds"]!.AsArray().Select(e => (string)e!));
        Assert.Equal([$"{network.Ns}:t"], theirs["externalIds"]!.AsArray().Select(e => (string)e!));
        var roles = (await network.Steward.GetAsync($"/api/v1/persons/{person}/roles", Ct)).Expect(200).Json["items"]!.AsArray().ToDictionary(r => (Guid)r!["id"]!, r => ((Guid)r!["organisationId"]!, r["endedAt"] is null));
        Assert.Equal([(merged, true), (merged, false), (survivor, true)], ((Guid[])[moved, ended, added]).Select(id => roles[id]));

        async Task<Guid> ContactAsync(Guid organisation) =>
            (await network.Contributor.PostAsync($"/api/v1/persons/{person}/roles", new { kind = "contact", title = "Secretary", from = "2024-01-01", organisationId = organisation }, Ct)).Expect(201).Id;
    }

    [Fact]
    public async Task M11_Merge_ThatCannotBe_IsRefused_AndChangesNothing()
    {
        var (network, other) = (await shared.NewNetworkAsync(Ct), await shared.NewNetworkAsync(Ct));
        var (one, two, foreign) = ((await network.RegisterAsync("One", Ct)).Expect(201).Id, (await network.RegisterAsync("Two", Ct)).Expect(201).Id, (await other.RegisterAsync("Foreign", Ct)).Expect(201).Id);
        var through = (await network.RegisterAsync("Through", Ct, through: one)).Expect(201).Id;
        var before = await Records.DumpAsync([one, two, through, foreign]);

        (await Records.MergeAsync(network.Contributor, one, two)).Expect(403);
        (await Records.MergeAsync(network.Steward, one, foreign)).IsProblem(404, "not-found");
        (await Records.MergeAsync(network.Steward, one, through)).IsProblem(409, "merge-of-federation");
        (await Records.MergeAsync(network.Steward, through, one)).IsProblem(409, "merge-of-federation");
        Assert.Equal(["/mergedId same-record"], (await Records.MergeAsync(network.Steward, one, one)).IsProblem(422, "invalid").Faults());
        Assert.Equal(["/fields/name unknown-side"], (await Records.MergeAsync(network.Steward, one, two, new { name = "both" })).IsProblem(422, "invalid").Faults());
        (await network.Steward.PostAsync($"/api/v1/organisations/{one}/merge", new { mergedId = two, version = 1, mergedVersion = 7 }, Ct)).IsProblem(412, "version-stale");
        Assert.Equal(before, await Records.DumpAsync([one, two, through, foreign]));

        using var both = shared.App.As($"both-{network.Ns}", $"steward@{network.Node}", $"steward@{other.Node}");
        var merge = (await Records.MergeAsync(both, two, foreign)).Expect(200).Id;
        (await Records.MergeAsync(both, foreign, one)).IsProblem(409, "organisation-merged");
        (await Records.UndoAsync(network.Steward, merge)).IsProblem(404, "not-found");
        Assert.Empty((await network.Steward.GetAsync("/api/v1/merges", Ct)).Expect(200).Json["items"]!.AsArray());
        // Of another network, it is not there for who may read the old one alone.
        (await other.Reader.GetAsync($"/api/v1/organisations/{foreign}", Ct)).IsProblem(404, "not-found");

        await shared.ScalarAsync<int>("with m as (update organisation_merge set merged_at = merged_at - interval '30 days' where id = $1 returning 1) select count(*)::int from m", Ct, merge);
        (await Records.UndoAsync(both, merge)).IsProblem(409, "merge-too-old");
    }

    // In every second history records are edited and moved in between: then each has again what it had, and what was said of it since.
    [Fact]
    public async Task M11_RandomMergesAndUndoes_EndWhereTheyBegan_AndChangeNoEarlierAnswer()
    {
        var seed = (ulong)Random.Shared.NextInt64();
        var histories = Gen.Sample(
            from starts in Gen.ArrayOf(Gen.Choose(2015, 2024), 6)
            from links in Gen.ArrayOf(
                from organisation in Gen.Choose(0, 5) from node in Gen.Choose(0, 2) from year in Gen.Choose(2014, 2024) from ended in Gen.Elements(true, false) select (organisation, node, year, ended), 8)
            from steps in Gen.ArrayOf(
                from what in Gen.Frequency((3, Gen.Constant(Step.Merge)), (2, Gen.Constant(Step.Undo)), (1, Gen.Constant(Step.Edit)), (1, Gen.Constant(Step.Move)))
                from one in Gen.Choose(0, 5)
                from other in Gen.Choose(0, 5)
                from theirs in Gen.Elements("ours", "theirs")
                select (what, one, other, theirs), 16)
            select (starts, links, steps), 30, new Rnd(seed), 8).ToArray();
        for (var i = 0; i < histories.Length; i++)
        {
            var (starts, links, steps) = histories[i];
            if (i % 2 == 0)
                steps = Array.FindAll(steps, step => step.what is Step.Merge or Step.Undo);
            try
            {
                await RunAsync(starts, links, steps);
            }
            catch (Exception)
            {
                TestContext.Current.TestOutputHelper?.WriteLine($"Seed {seed}, history {i}: from {string.Join(", ", starts)}; links {string.Join(", ", links)}; steps {string.Join(", ", steps)}");
                throw;
            }
        }
    }

    private enum Step
    {
        Merge,
        Undo,
        Edit,
        Move,
    }

    private async Task RunAsync(int[] starts, (int Organisation, int Node, int Year, bool Ended)[] links, (Step What, int One, int Other, string Theirs)[] steps)
    {
        var isEdited = steps.Any(step => step.What is Step.Edit or Step.Move);
        var (first, second) = (await shared.NewNetworkAsync(Ct), await shared.NewNetworkAsync(Ct));
        var nodes = (string[])[first.Node, second.Node, "insp1r.africa"];
        var ids = new Guid[starts.Length];
        for (var i = 0; i < ids.Length; i++)
        {
            var network = i % 2 == 0 ? first : second;
            ids[i] = await Records.AddAsync(new
            {
                node = network.Node,
                name = $"Organisation {i}",
                names = new { fr = $"Association {i}" },
                acronym = i % 3 == 0 ? $"O{i}" : null,
                country = i % 2 == 0 ? "RW" : "ML",
                types = (string[])[i % 2 == 0 ? "cooperative" : "ngo"],
                externalIds = (string[])[$"{first.Ns}:{i}", $"{second.Ns}:{i}"],
                since = $"{starts[i]}-01-01",
            });
            var person = await network.PersonAsync($"Contact {i}", null, Ct);
            (await network.Contributor.PostAsync($"/api/v1/persons/{person}/roles", new { kind = "contact", title = "Secretary", from = "2024-01-01", organisationId = ids[i] }, Ct)).Expect(201);
            (await network.Contributor.PostAsync($"/api/v1/organisations/{ids[i]}/services", new { kind = "savings" }, Ct)).Expect(201);
            (await network.Contributor.PostAsync($"/api/v1/organisations/{ids[i]}/strength", new { year = starts[i], total = i, source = "s" }, Ct)).Expect(201);
        }

        foreach (var (organisation, node, year, ended) in links)
        {
            var begun = await shared.Steward.PostAsync($"/api/v1/organisations/{ids[organisation]}/affiliations", new { node = nodes[node], since = $"{year}-03-01", throughId = year % 4 == 0 && node == organisation % 2 ? ids[(organisation + 2) % 6] : (Guid?)null }, Ct);
            if (begun.Status == 201 && ended)
                (await shared.Steward.PostAsync($"/api/v1/organisations/{ids[organisation]}/affiliations/{nodes[node]}/moves", new { to = "withdrawn", effective = $"{year + 1}-03-01", correction = true, reason = "r", decidedBy = "b", decidedOn = "2025-01-01" }, Ct)).Expect(200, 409, 422);
        }

        var (initial, initialLinks) = (await Records.DumpAsync(ids), await Records.LinksAsync(ids));
        var answers = new List<(DateTimeOffset Known, string Answer)>();
        var active = new List<(Guid Id, Guid Survivor, Guid Merged, string Before, string Beneath)>();
        foreach (var (what, one, other, theirs) in steps)
        {
            var known = DateTimeOffset.UtcNow;
            answers.Add((known, await Records.AnswersAsync(ids, known)));
            var before = await Records.DumpAsync(ids);
            if (what == Step.Edit)
                (await shared.Steward.PatchAsync($"/api/v1/organisations/{ids[one]}", new { website = $"https://example.org/{active.Count}/{other}" }, Ct, ("If-Match", "*"))).Expect(200, 409);
            else if (what == Step.Move)
                (await shared.Steward.PostAsync($"/api/v1/organisations/{ids[one]}/affiliations/{nodes[other % 3]}/moves", new { to = ((string[])["suspended", "active", "withdrawn"])[other / 2], reason = "r", decidedBy = "b", decidedOn = "2025-01-01" }, Ct)).Expect(200, 404, 409);
            else if (what == Step.Undo && active.Count > 0)
                await UndoAsync(active[one % active.Count], before);
            else if (one != other)
                await MergeAsync(ids[one], ids[other], theirs, before);
            Assert.Equal(0, await Records.CountWrongAsync(ids));
        }

        while (active.Count > 0)
            await UndoAsync(active[^1], await Records.DumpAsync(ids));
        if (!isEdited)
            Assert.Equal(initial, await Records.DumpAsync(ids));
        Assert.Equal(initialLinks, await Records.LinksAsync(ids));
        Assert.Equal(0, await Records.CountWrongAsync(ids));
        foreach (var (known, answer) in answers)
            Assert.Equal(answer, await Records.AnswersAsync(ids, known));

        async Task MergeAsync(Guid survivor, Guid merged, string theirs, string before)
        {
            var answer = await Records.MergeAsync(shared.Steward, survivor, merged, new { name = theirs, names = theirs, acronym = theirs, country = theirs, types = theirs });
            if (answer.Status == 200)
            {
                active.Add((answer.Id, survivor, merged, before, Beneath()));
                Assert.Equal(survivor, (await Records.ReadAsync(merged))["id"]!.GetValue<Guid>());
                return;
            }

            answer.Expect(409);
            Assert.Equal(before, await Records.DumpAsync(ids));
        }

        async Task UndoAsync((Guid Id, Guid Survivor, Guid Merged, string Before, string Beneath) merge, string before)
        {
            var later = active.Skip(active.FindIndex(m => m.Id == merge.Id) + 1).Any(m => m.Survivor == merge.Survivor || m.Merged == merge.Survivor);
            var answer = await Records.UndoAsync(shared.Steward, merge.Id);
            if (later)
            {
                answer.IsProblem(409, "merge-not-last");
                Assert.Equal(before, await Records.DumpAsync(ids));
                return;
            }

            answer.Expect(200);
            active.RemoveAll(m => m.Id == merge.Id);
            // Nothing else happened in between that still holds.
            if (!isEdited && Beneath() == merge.Beneath)
                Assert.Equal(merge.Before, await Records.DumpAsync(ids));
        }

        string Beneath() => string.Join(',', active.Select(m => m.Id));
    }

    private async Task<List<(string, Guid)>> EventsAsync(string types, params Guid[] subjects) =>
        [.. (await shared.ScalarAsync<string[]>("select array_agg(type || ' ' || subject_id order by seq desc) from (select * from change_log where type like $1 and subject_id = any($2) order by tx_id desc, seq desc limit 2) l", Ct, types, subjects))
            .Select(row => (row.Split(' ')[0], Guid.Parse(row.Split(' ')[1]))).OrderBy(row => Array.IndexOf(subjects, row.Item2))];

    private async Task<(string?, string?, string?)> LastEventAsync(Guid subject)
    {
        var row = JsonNode.Parse(await shared.ScalarAsync<string>("select json_build_object('payload', payload, 'reason', reason)::text from change_log where subject_id = $1 and type = 'membership.organisation-merged.v1'", Ct, subject))!;
        return ((string?)row["payload"]!["state"]!["status"], (string?)row["payload"]!["intoId"], (string?)row["reason"]);
    }
}
