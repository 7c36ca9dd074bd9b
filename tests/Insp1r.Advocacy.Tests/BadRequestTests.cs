using System.Text;
using Insp1r.Testing.Stack;

namespace Insp1r.Advocacy.Tests;

/// <summary>What no client should send: each gets an answer of 400 to 499 that says why, and nothing changes.</summary>
public sealed class BadRequestTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Bodies => new()
    {
        { "/api/v1/campaigns", "" },
        { "/api/v1/campaigns", "{" },
        { "/api/v1/campaigns", "[]" },
        { "/api/v1/campaigns", "null" },
        { "/api/v1/campaigns", "42" },
        { "/api/v1/campaigns", "{}" },
        { "/api/v1/campaigns", """{"node":"NODE","title":"text","sourceLanguage":"en"}""" },
        { "/api/v1/campaigns", """{"node":"NODE","title":{"en":null},"sourceLanguage":"en"}""" },
        { "/api/v1/campaigns", """{"node":"NODE","title":{"en":"a","en":"b"},"sourceLanguage":"en"}""" },
        { "/api/v1/campaigns", """{"node":"NODE","title":null,"sourceLanguage":"en"}""" },
        { "/api/v1/campaigns", """{"node":null,"title":{"en":"a"},"sourceLanguage":"en"}""" },
        { "/api/v1/campaigns", """{"node":"insp1r.africa'; drop table campaign; --","title":{"en":"a"},"sourceLanguage":"en"}""" },
        { "/api/v1/campaigns", """{"node":"NODE","title":{"en":"a\u0000b"},"sourceLanguage":"en"}""" },
        { "/api/v1/campaigns", """{"node":"NODE","title":{"en":"\ud800"},"sourceLanguage":"en"}""" },
        { "/api/v1/campaigns", """{"node":"NODE","title":{"en":"a"},"sourceLanguage":"xx"}""" },
        { "/api/v1/campaigns", """{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en","unknown":1}""" },
        { "/api/v1/campaigns", """{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en","id":"0197a001-0000-7000-8000-000000000001"}""" },
        { "/api/v1/campaigns", """{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en","startsOn":"yesterday"}""" },
        { "/api/v1/campaigns", """{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en","startsOn":"2025-02-30"}""" },
        { "/api/v1/campaigns", """{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en","startsOn":"0001-01-01"}""" },
        { "/api/v1/campaigns", """{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en","parentId":"not-an-id"}""" },
        { "/api/v1/campaigns", """{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en","publication":"everybody"}""" },
        { "/api/v1/campaigns", """{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en","publication":3}""" },
        { "/api/v1/campaigns", """{"Node":"NODE","title":{"en":"a"},"sourceLanguage":"en"}""" },
        { "/api/v1/demands", """{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en","targetBodies":"ILO"}""" },
        { "/api/v1/demands", """{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en","targetBodies":[null]}""" },
        { "/api/v1/demands", """{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en","targetBodies":[1]}""" },
        { "/api/v1/demands", """{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en","targetBodies":["\ud800"]}""" },
        { "/api/v1/demands", """{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en","sdgTargets":[null,"1.3"]}""" },
        { "/api/v1/demands", """{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en","branches":["old age"]}""" },
        { "/api/v1/demands", """{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en","branches":[99]}""" },
        { "/api/v1/demands", """{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en","status":"closed"}""" },
        { "/api/v1/demands", """{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en","instruments":["C102","C102x"]}""" },
        { "/api/v1/outcomes", """{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en","contributions":[null]}""" },
        { "/api/v1/outcomes", """{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en","contributions":[{}]}""" },
        { "/api/v1/outcomes", """{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en","contributions":[{"organisationId":"x"}]}""" },
        { "/api/v1/outcomes", """{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en","contributions":[{"organisationId":"0197a001-0000-7000-8000-000000000001","node":"insp1r"}]}""" },
        { "/api/v1/outcomes", """{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en","evidence":[null]}""" },
        { "/api/v1/outcomes", """{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en","evidence":[{"url":"file:///etc/passwd"}]}""" },
        { "/api/v1/outcomes", """{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en","evidence":[{"url":null}]}""" },
        { "/api/v1/outcomes", """{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en","intended":"yes"}""" },
        { "/api/v1/outcomes", """{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en","socialActor":"a\u0007"}""" },
        { "/api/v1/outcomes", """{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en","country":"rw"}""" },
        { "/api/v1/outcomes", """{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en","status":"submitted"}""" },
        { "/api/v1/outcomes", """{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en","substantiatedBy":"insp1r.africa.ml"}""" },
        { "/api/v1/outcomes", """{"node":"NODE","title":{"en":{"en":{"en":{"en":{"en":{"en":{"en":{"en":{"en":{"en":{"en":{"en":{"en":{"en":{"en":{"en":"deep"}}}}}}}}}}}}}}}},"sourceLanguage":"en"}""" },
        { "/api/v1/target-bodies", """{"node":"NODE","code":"lower","names":{"en":"a"},"country":"RW"}""" },
        { "/api/v1/target-bodies", """{"node":"NODE","code":"RW-X\n","names":{"en":"a"},"country":"RW"}""" },
        { "/api/v1/target-bodies", """{"node":"NODE","code":"RW-X","names":{},"country":"RW"}""" },
        { "/api/v1/target-bodies", """{"node":"NODE","code":"RW-X","names":{"en":"a"},"country":"R\u0000"}""" },
        { "/api/v1/target-bodies", """{"node":"NODE","code":"RW-X","names":{"en":"a"},"country":"RW","level":"global"}""" },
    };

    public static TheoryData<string> Queries =>
    [
        "campaigns?limit=0", "campaigns?limit=501", "campaigns?limit=-1", "campaigns?limit=many", "campaigns?limit=99999999999999999999",
        "campaigns?after=x", "campaigns?after=%00", "campaigns?after=AAAA", "campaigns?node=Insp1r", "campaigns?node=insp1r.%25", "campaigns?node=", "campaigns?text=",
        "campaigns?text=%00", "campaigns?parent=x", "campaigns?fields=secret", "demands?status=ACTIVE", "demands?status=0", "demands?targetBody=%27%3B--", "demands?sdg=%00",
        "outcomes?type=7", "outcomes?status=", "outcomes?country=%00%00", "target-bodies?level=planetary", "target-bodies?country=%C3%28",
        "changes/advocacy?limit=1001", "changes/advocacy?wait=61", "changes/advocacy?wait=-1", "changes/advocacy?after=x", "changes/advocacy?type=x", "changes/advocacy?node=x",
    ];

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task S9_BadBody_IsRefused_AndChangesNothing(string path, string body)
    {
        var network = shared.NewNetwork();

        var answer = await network.Steward.PostAsync(path, body.Replace("NODE", network.Node, StringComparison.Ordinal), Ct);

        Assert.InRange(answer.Status, 400, 499);
        Assert.NotNull(answer.Problem);
        Assert.Equal(0L, await shared.ScalarAsync<long>("select count(*) from change_log where node = $1", Ct, network.Node));
    }

    [Theory]
    [MemberData(nameof(Queries))]
    public async Task S9_BadQuery_IsRefused(string query)
    {
        var answer = await shared.NewNetwork().Reader.GetAsync($"/api/v1/{query}", Ct);

        Assert.Equal(400, answer.Status);
        Assert.NotNull(answer.Problem);
    }

    [Fact]
    public async Task S9_TextsOfAnEncodingThatIsNotUtf8_AreRefused()
    {
        var network = shared.NewNetwork();
        var body = Encoding.Latin1.GetBytes($$"""{"node":"{{network.Node}}","title":{"fr":"équité"},"sourceLanguage":"fr"}""");

        var answer = await network.Contributor.SendAsync(HttpMethod.Post, "/api/v1/campaigns", new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } }, Ct);

        answer.IsProblem(400, "bad-request");
    }

    [Fact]
    public async Task S9_OtherMediaTypesAndMethods_AreRefused()
    {
        var network = shared.NewNetwork();

        (await network.Contributor.SendAsync(HttpMethod.Post, "/api/v1/campaigns", new StringContent("a=b", Encoding.UTF8, "application/x-www-form-urlencoded"), Ct)).IsProblem(415, "unsupported-media-type");
        (await network.Contributor.SendAsync(HttpMethod.Delete, "/api/v1/campaigns", null, Ct)).IsProblem(405, "method-not-allowed");
        (await network.Contributor.GetAsync("/api/v1/campaigns/not-an-id", Ct)).IsProblem(404, "not-found");
    }

    [Fact]
    public async Task S9_ListsBeyondTheirBounds_AreRefused()
    {
        var network = shared.NewNetwork();
        var body = network.Outcome();
        body["contributions"] = new System.Text.Json.Nodes.JsonArray([.. Enumerable.Range(0, 51).Select(_ => new System.Text.Json.Nodes.JsonObject { ["organisationId"] = Guid.CreateVersion7() })]);
        body["sdgTargets"] = new System.Text.Json.Nodes.JsonArray([.. Enumerable.Repeat("1.3", 31)]);

        var answer = await network.Contributor.PostAsync("/api/v1/outcomes", body.ToJsonString(), Ct);

        Assert.Equal(["/contributions too-many", "/sdgTargets too-many"], answer.IsProblem(422, "invalid").Faults().Order(StringComparer.Ordinal));
    }
}
