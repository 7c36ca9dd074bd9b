using System.Text;
using Insp1r.Testing.Stack;

namespace Insp1r.Membership.Tests.Imports;

/// <summary>The answer to an import, which is the office's own file with what came of each row: corrected and sent again.</summary>
public sealed class ImportAnswerTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task M12_AnswerCorrectedAndSentAgain_TakesWhatWasRefusedAndRenamesWhatWasTaken()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var first = (await ImportTests.ImportAsync(network, "Name,Country,Type\nGood Cooperativ,RW,cooperative\nOther,Rwnda,ngo\n", "commit", accept: "text/csv")).Expect(200).Text;
        Assert.Contains("rejected,unknown-country,\"Country: 'Rwnda' is neither", first, StringComparison.Ordinal);

        var second = (await ImportTests.ImportAsync(network, first.Replace("Good Cooperativ,", "Good Cooperative,", StringComparison.Ordinal).Replace("Rwnda,ngo", "Rwanda,ngo", StringComparison.Ordinal), "commit", accept: "text/csv")).Expect(200).Text;
        var third = (await ImportTests.ImportAsync(network, second, "commit")).Expect(200);

        Assert.Equal(["\uFEFFresult", "updated", "created"], second.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(',')[0]));
        Assert.Equal("\uFEFFresult,code,message,externalId,Name,Country,Type", second.Split("\r\n")[0]);
        Assert.Equal("0 created, 0 updated, 2 unchanged, 0 conflict, 0 rejected", third.Summary());
        Assert.Equal(["Good Cooperative", "Other"], (await network.Reader.GetAsync($"/api/v1/organisations?node={network.Node}", Ct)).Names().Order());
    }

    [Fact]
    public async Task M12_AnswerHasTheNewVersions_SoThatItsOfficeIsInNoConflictWithItself()
    {
        var network = await shared.NewNetworkAsync(Ct);
        (await network.RegisterAsync("Kept", Ct, [$"{network.Ns}:1"])).Expect(201);
        var export = (await network.Reader.GetAsync("/api/v1/organisations?format=csv&fields=id,version,name,country,types,acronym", Ct)).Expect(200).Text;

        var first = (await ImportTests.ImportAsync(network, export.Replace("Kept", "Kept well", StringComparison.Ordinal), "commit", accept: "text/csv")).Expect(200);
        var second = (await ImportTests.ImportAsync(network, first.Text.Replace("Kept well", "Kept very well", StringComparison.Ordinal), "commit", accept: "text/csv")).Expect(200);
        Assert.StartsWith("updated,", second.Text.Split("\r\n")[1], StringComparison.Ordinal);
        Assert.Equal("committed=true, items=1, created=0, updated=1, unchanged=0, conflict=0, rejected=0", second.Headers["Import-Summary"]);
        Assert.Equal("T%C3%A9l%C3%A9phone", (await ImportTests.ImportAsync(network, "Name,Country,Type,Téléphone\nX,RW,ngo,1\n", "validate", accept: "text/csv")).Expect(200).Headers["Import-Not-Read"]);

        // Of an older version it is in conflict with what came since, and says so.
        var late = (await ImportTests.ImportAsync(network, export.Replace("Kept", "Too late", StringComparison.Ordinal), "validate", accept: "text/csv", query: "&allow=other-name")).Expect(200).Text.Split("\r\n")[1];
        Assert.StartsWith("conflict,changed-since,", late, StringComparison.Ordinal);
        Assert.Contains("/api/v1/sync/conflicts", late, StringComparison.Ordinal);
    }

    [Fact]
    public async Task M12_CellThatEmptiesAField_SaysWhatItTakesAway()
    {
        var network = await shared.NewNetworkAsync(Ct);
        (await ImportTests.ImportAsync(network, "Name,Country,Type,Acronym,Website\nEmptied,RW,ngo,EMP,https://example.org\nKept,RW,ngo,KEPT,\n", "commit")).Expect(200);

        var rows = ImportTests.Rows((await ImportTests.ImportAsync(network, "Name,Country,Type,Acronym\nEmptied,RW,ngo,\nKept,RW,ngo,KEPT\n", "validate")).Expect(200));

        Assert.Equal(["updated /acronym emptied", "unchanged"], rows.Select(row => string.Join(' ', row["notices"]!.AsArray().Select(notice => $"{notice!["pointer"]} {notice["code"]}").Prepend((string)row["result"]!))));
        Assert.Contains("'EMP'", (string?)rows[0]["notices"]![0]!["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task M12_ManyColumnsThatAreNotRead_AreNamedInAHeaderThatProxiesPass()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var columns = Enumerable.Range(1, 150).Select(i => $"Combien d’adhérentes avez-vous dans votre organisation et dans celles qui lui sont affiliées, question {i} ?").ToArray();

        var answer = (await ImportTests.ImportAsync(network, $"Name,Country,Type,{string.Join(',', columns.Select(c => $"\"{c}\""))}\nAsked,RW,ngo\n", "validate", accept: "text/csv")).Expect(200);

        Assert.InRange(answer.Headers["Import-Not-Read"].Length, 1_000, 4_000);
    }

    [Fact]
    public async Task M12_SameKeyAgain_GetsTheSameAnswer()
    {
        var network = await shared.NewNetworkAsync(Ct);
        HttpContent Body() => new StringContent("name,country,types\nA,RW,ngo\n", Encoding.UTF8, "text/csv");
        var address = $"/api/v1/imports?mode=commit&node={network.Node}";

        var first = (await network.Contributor.SendAsync(HttpMethod.Post, address, Body(), Ct, ("Idempotency-Key", "import-1"))).Expect(200);
        var again = (await network.Contributor.SendAsync(HttpMethod.Post, address, Body(), Ct, ("Idempotency-Key", "import-1"))).Expect(200);

        Assert.Equal("1 created, 0 updated, 0 unchanged, 0 conflict, 0 rejected", first.Summary());
        Assert.Equal(first.Text, again.Text);
        Assert.Equal("true", again.Headers["Idempotent-Replayed"]);
        Assert.Equal(first.Headers["Import-Summary"], again.Headers["Import-Summary"]);
    }
}
