using Insp1r.Testing.Stack;

namespace Insp1r.Communications.Tests;

public sealed class AuditTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task G7_Announcement_TellsWhatTheSystemDraftedAndWhoChangedIt()
    {
        var (owner, by) = (shared.NewNode(), shared.NewNode("asia"));
        var drafted = await shared.DraftAsync(Outcomes.Substantiated(owner, by), Ct);
        var id = drafted.IdOf(owner);
        var contributor = shared.App.As($"contributor@{owner}");
        var read = (await contributor.GetAsync($"/api/v1/announcements/{id}", Ct)).Expect(200);
        var languages = read.Json["languages"]!.DeepClone();
        var before = (string)languages["en"]!["subject"]!;
        languages["en"]!["subject"] = "A better subject";
        (await contributor.PatchAsync($"/api/v1/announcements/{id}", new System.Text.Json.Nodes.JsonObject { ["languages"] = languages }.ToJsonString(), Ct, read.IfMatch(), ("Change-Reason", "Clearer"))).Expect(200);

        var entries = (await shared.App.As($"steward@{owner}").GetAsync($"/api/v1/audit/communications?subjectId={id}", Ct)).Expect(200).Json["items"]!.AsArray();

        Assert.Equal(["communications.announcement-changed.v1", "communications.announcement-drafted.v1"], entries.Select(entry => (string)entry!["type"]!));
        Assert.Equal($"{before} -> A better subject: Clearer", $"{entries[0]!["before"]!["languages"]!["en"]!["subject"]} -> {entries[0]!["after"]!["languages"]!["en"]!["subject"]}: {entries[0]!["reason"]}");
        Assert.Equal("system", (string?)entries[1]!["actor"]);
        Assert.Matches("^event [0-9a-f-]{36}$", (string)entries[1]!["origin"]!);
        Assert.Empty((await shared.App.As($"steward@{by}").GetAsync($"/api/v1/audit/communications?subjectId={id}", Ct)).Expect(200).Json["items"]!.AsArray());
        Assert.True((bool)(await shared.App.As("steward@insp1r").GetAsync("/api/v1/audit/communications/verification", Ct)).Expect(200).Json["intact"]!);
    }
}
