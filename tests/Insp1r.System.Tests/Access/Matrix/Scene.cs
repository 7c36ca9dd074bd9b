using System.Text;
using System.Text.Json.Nodes;
using Insp1r.System.Tests.Contract;
using Insp1r.Testing.Stack;

namespace Insp1r.System.Tests.Access.Matrix;

/// <summary>
/// A national network, with a record of each kind, and its neighbours: the continent above it and another network of the same continent.
/// (Nothing lies below a national network; a grant there can all the same be given.)
/// </summary>
internal sealed class Scene
{
    private readonly string _mark = $"{Guid.NewGuid():N}"[..8];
    private readonly Dictionary<string, string> _ids = new(StringComparer.Ordinal);
    private Guid _organisation;
    private Guid _twin;
    private string _affiliation = "";
    private Guid _applicant;
    private Guid _invitee;
    private Guid _erased;
    private string _outcomeOfAnother = "";
    private string _nodeComment = "";
    private string _documentToWithdraw = "";
    private string _nodeDocument = "";
    private string _nodeDocumentToWithdraw = "";
    private string _dismissalToWithdraw = "";

    private Scene()
    {
    }

    public string Parent => $"insp1r.m{_mark}";
    public string Own => $"{Parent}.own";
    public string Sibling => $"{Parent}.sibling";
    public string Child => $"{Own}.child";

    private Network.National National => new("", Own, "BF");

    public static async Task<Scene> SetAsync(PlatformStack stack, CancellationToken ct)
    {
        var scene = new Scene();
        await Network.EnsureAsync(stack, ct);
        await scene.SetMembershipAsync(stack, ct);
        await Replication.UntilCompleteAsync(stack, Until.Generous, ct);
        await scene.SetAdvocacyAsync(stack, ct);
        await Until.TrueAsync(async () => await stack.ScalarAsync<long>("membership", "select count(*) from outgoing_mail", ct) == 0, "the mails are out", ct);
        await Replication.UntilCompleteAsync(stack, Until.Generous, ct);
        return scene;
    }

    /// <summary>An address of the operation about the network's own record.</summary>
    public string AddressOf(Operation operation)
    {
        var ids = new Dictionary<string, string>(_ids, StringComparer.Ordinal);
        switch (operation.Name)
        {
            case "SubstantiateOutcome":
                ids["outcomes"] = _outcomeOfAnother;
                break;
            case "ReadAffiliationHistory":
                ids["affiliations"] = _affiliation;
                break;
            case "WithdrawNodeComment":
                ids["comments"] = _nodeComment;
                break;
            case "WithdrawDocument":
                ids["documents"] = _documentToWithdraw;
                break;
            case "ReadNodeDocument" or "SendNodeDocumentFile" or "ReadNodeDocumentFile":
                ids["documents"] = _nodeDocument;
                break;
            case "WithdrawNodeDocument":
                ids["documents"] = _nodeDocumentToWithdraw;
                break;
            case "WithdrawDismissal":
                ids["dismissals"] = _dismissalToWithdraw;
                break;
            case "ErasePerson":
                ids["persons"] = $"{_erased}";
                break;
            case "ReadErrorsAdvocacy" or "ReplayErrorsAdvocacy":
                ids["errors"] = "advocacy.organisations";
                break;
            case "ReadErrorsCommunications" or "ReplayErrorsCommunications":
                ids["errors"] = "communications.organisations";
                break;
        }

        return ApiDocument.Address(operation, ids) + (operation.Name == "ImportMembers" ? $"?node={Own}" : "");
    }

    /// <summary>What a list has in it for those who may read it.</summary>
    public string MarkOf(Operation operation) => operation.Name switch
    {
        "ListOverrides" or "ReadSyncStatus" or "ReadChangesOfAdvocacy" or "ReadChangesOfCommunications" or "CountWork" => $"\"{Own}\"",
        "ListAuditAdvocacy" or "ExportAuditAdvocacy" => _ids["campaigns"],
        "ListAuditCommunications" or "ExportAuditCommunications" => _ids["announcements"],
        "ListAffiliations" or "ListIncomplete" => $"{_organisation}",
        "ListStale" or "ListWaiting" => $"{_applicant}",
        "ListAuditMembership" or "ExportAuditMembership" or "ReadChangesOfMembership" => $"{_organisation}",
        _ => _ids[operation.Path[(operation.Path.LastIndexOf('/') + 1)..]],
    };

    /// <summary>A body that the operation takes from who may send it.</summary>
    public object BodyOf(Operation operation) => operation.Name switch
    {
        "AddNode" => new { path = $"{Own}.below", level = "national", names = new { en = "Below" }, country = "BF" },
        "ChangeNode" => new { names = new { en = "Changed" } },
        "RegisterOrganisation" => Network.Organisation(National, "Registered"),
        "ChangeOrganisation" => new { name = "Changed" },
        "DismissDuplicate" => new { a = _organisation, b = _twin },
        "MergeOrganisations" => new { mergedId = _twin, version = 999, mergedVersion = 999 },
        "StartAffiliation" => new { node = Own, category = "observer", status = "applied" },
        "MoveAffiliation" => Network.Decision("Because"),
        "AddComment" or "AddNodeComment" => new { text = "Noted" },
        "AddDocument" or "AddNodeDocument" => Records.Document,
        "SendDocumentFile" or "SendNodeDocumentFile" => Records.File,
        "WithdrawDocument" or "WithdrawNodeDocument" or "WithdrawService" or "WithdrawStrength" or "WithdrawFigure" or "WithdrawDismissal" => new { reason = "By mistake" },
        "AddBody" => new { code = "added", from = "2024-01-01" },
        "ChangeBody" => new { names = new { en = "Changed" } },
        "EndMandate" => new { reason = "It is over" },
        "RecordDecision" => Adopted,
        "RevokeAffiliationMove" => new { reason = "By mistake" },
        "CorrectAffiliation" => new { since = "2014-05-01", correction = true, reason = "As its minutes say" },
        "RecordService" => new { kind = "savings" },
        "ChangeService" => new { kind = "microcredit" },
        "RecordStrength" => Affiliates(2024),
        "CorrectStrength" => new { reason = "Counted again", total = 90 },
        "RecordFigure" => new { node = Own, measure = "member-organisations", says = Says },
        "CorrectFigure" => new { reason = "Misread", says = Says },
        "PushBatch" => new { items = (object[])[Item($"{Guid.NewGuid():N}", "Pushed")] },
        "ImportMembers" => new StringContent("name,country,types\nImported,BF,ngo\n", Encoding.UTF8, "text/csv"),
        "ResolveSyncConflict" => new { take = "ours" },
        "RecordPerson" => Person("Recorded", null),
        "ChangePerson" => new { name = "Changed" },
        "PublishPerson" => new { name = "node" },
        "AddPersonRole" => Contact,
        "EndPersonRole" => new { reason = "It is over" },
        "RecordConsent" => Records.Consent,
        "ErasePerson" => new { reason = "unlawful" },
        "PublishConsentWording" => new { purpose = "directory-network", texts = new { en = "May we?", fr = "Pouvons-nous ?", es = "¿Podemos?" } },
        "AddClient" => Client($"added-{_mark}"),
        "ChangeClient" => new { description = "Changed" },
        "InviteAccount" => new { personId = _invitee, grants = (string[])[$"reader@{Own}"] },
        "GiveGrant" => new { grant = $"contributor@{Own}" },
        "OpenOverride" => new { node = Own, reason = "The office does not answer and it cannot wait" },
        "RecordCampaign" or "RecordDemand" or "RecordOutcome" => Titled("Recorded"),
        "ChangeCampaign" or "ChangeDemand" or "ChangeOutcome" or "ChangeEvent" => new { title = new { en = "Changed" } },
        "SubstantiateOutcome" => Network.Agreement(National),
        "AddTargetBody" => TargetBody($"ADDED-{_mark}"),
        "ChangeAnnouncement" => new { languages = new { en = new { subject = "Changed", body = "Changed" } } },
        "RecordEvent" => Event("Recorded"),
        // From here on: so nothing is sent again.
        "ReplayLogMembership" or "ReplayLogAdvocacy" or "ReplayLogCommunications" => new { since = DateTimeOffset.UtcNow.AddDays(1) },
        _ => new { },
    };

    private object Contact => new { kind = "contact", title = "Secretary", from = "2024-01-01", organisationId = _organisation };

    private static object Adopted => new { decidedOn = "2024-05-01", subject = "Dues", text = "As they are.", quorumNeeded = 3, present = 5, votesFor = 5, votesAgainst = 0 };

    private static object Says => new { value = 7, qualifier = "about", wording = "some seven", asOf = "2024-05-01", source = "A report" };

    private static object Affiliates(int year) => new { year, total = 100, source = "A report" };

    private async Task SetMembershipAsync(PlatformStack stack, CancellationToken ct)
    {
        var steward = stack.As("steward");
        await AddAsync(steward, "/api/v1/nodes", new { path = Parent, level = "continental", names = new { en = "Parent" } }, ct);
        await AddAsync(steward, "/api/v1/nodes", new { path = Sibling, level = "national", names = new { en = "Sibling" }, country = "BI" }, ct);
        _ids["nodes"] = await AddAsync(steward, "/api/v1/nodes", new { path = Own, level = "national", names = new { en = "Own" }, country = "BF" }, ct);
        _ids["by-path"] = Own;

        // The third is of the first version, and so in conflict with the second.
        (await PushAsync("First")).Expect(200);
        (await PushAsync("Second")).Expect(200);
        (await PushAsync("Third", baseVersion: 1)).Expect(200);
        (_ids["by-external-id"], _ids["{ns}"]) = ($"m{_mark}", "member");
        _organisation = (await steward.GetAsync($"/api/v1/organisations/by-external-id/m{_mark}/member", ct)).Expect(200).Id;
        _ids["organisations"] = $"{_organisation}";
        _ids["affiliations"] = Own;
        _affiliation = (string)(await steward.GetAsync($"/api/v1/organisations/{_organisation}/affiliations", ct)).Expect(200).Json["items"]![0]!["id"]!;
        (await steward.PostAsync($"/api/v1/organisations/{_organisation}/affiliations/{Own}/moves", new { category = "associate", reason = "Fees", decidedBy = "Assembly", decidedOn = "2024-01-01" }, ct)).Expect(200);
        _ids["services"] = await AddAsync(steward, $"/api/v1/organisations/{_organisation}/services", new { kind = "savings" }, ct);
        _ids["strength"] = "2023";
        await steward.PostAsync($"/api/v1/organisations/{_organisation}/strength", Affiliates(2023), ct);
        _ids["figures"] = await AddAsync(steward, "/api/v1/figures", new { node = Own, measure = "member-organisations", says = Says }, ct);
        _ids["moves"] = (string)(await steward.GetAsync($"/api/v1/organisations/{_organisation}/affiliations/{Own}/moves", ct)).Expect(200).Json["items"]![0]!["id"]!;
        // It applied long ago, and nobody looked at it since. (Who confirms a record confirms another one.)
        _applicant = (await steward.PostAsync("/api/v1/organisations", new { node = Own, name = "Applicant", country = "BF", types = (string[])["ngo"], status = "applied" }, ct)).Expect(201).Id;
        await stack.ExecuteAsync("membership", $"update member_organisation set updated_at = now() - interval '2 years' where id = '{_applicant}'", ct);
        _ids["comments"] = await AddAsync(steward, $"/api/v1/organisations/{_organisation}/comments", new { text = "Noted" }, ct);
        _nodeComment = await AddAsync(steward, $"/api/v1/nodes/{_ids["nodes"]}/comments", new { text = "Noted" }, ct);
        (_ids["documents"], _documentToWithdraw) = (await FiledAsync($"/api/v1/organisations/{_organisation}"), await FiledAsync($"/api/v1/organisations/{_organisation}"));
        (_nodeDocument, _nodeDocumentToWithdraw) = (await FiledAsync($"/api/v1/nodes/{_ids["nodes"]}"), await FiledAsync($"/api/v1/nodes/{_ids["nodes"]}"));
        _ids["conflicts"] = (string)(await steward.GetAsync("/api/v1/sync/conflicts?limit=500", ct)).Expect(200).Json["items"]!.AsArray().Single(conflict => (string?)conflict!["node"] == Own)!["id"]!;

        _ids["search"] = $"{_organisation}";
        _twin = await TwinAsync();
        _ids["duplicates"] = $"{await TwinAsync()}";
        var (survivor, merged) = (await TwinAsync(), await TwinAsync());
        (_ids["dismissals"], _dismissalToWithdraw) = (await DismissedAsync(_twin), await DismissedAsync(Guid.Parse(_ids["duplicates"])));
        _ids["merges"] = $"{(await steward.PostAsync($"/api/v1/organisations/{survivor}/merge", new { mergedId = merged, version = 1, mergedVersion = 1 }, ct)).Expect(200).Id}";

        var person = await AddAsync(steward, "/api/v1/persons", Person("Account", $"{_mark}.account@example.org"), ct);
        _ids["persons"] = person;
        _ids["roles"] = await AddAsync(steward, $"/api/v1/persons/{person}/roles", Contact, ct);
        _ids["mandates"] = await AddAsync(steward, $"/api/v1/persons/{person}/roles", new { kind = "mandate", title = "Member", from = "2024-01-01", node = Own, body = "board" }, ct);
        _ids["bodies"] = (string)(await steward.GetAsync($"/api/v1/nodes/{Own}/bodies", ct)).Expect(200).Json["items"]![0]!["id"]!;
        _ids["decisions"] = await AddAsync(steward, $"/api/v1/bodies/{_ids["bodies"]}/decisions", Adopted, ct);
        _ids["consents"] = await AddAsync(steward, $"/api/v1/persons/{person}/consents", Records.Consent, ct);
        (_ids["consent-wordings"], _ids["{purpose}"]) = ("directory-network", "1");
        _invitee = Guid.Parse(await AddAsync(steward, "/api/v1/persons", Person("Invitee", $"{_mark}.invitee@example.org"), ct));
        _erased = Guid.Parse(await AddAsync(steward, "/api/v1/persons", Person("Erased", null), ct));

        var account = (await steward.PostAsync("/api/v1/accounts", new { personId = person, grants = (string[])[$"reader@{Own}"] }, ct)).Expect(201).Json;
        (_ids["accounts"], _ids["grants"]) = ((string)account["id"]!, (string)account["grants"]![0]!["id"]!);
        // Somebody signed in opens an override; for who reads the list the row is enough.
        _ids["overrides"] = $"{Guid.CreateVersion7()}";
        await stack.ExecuteAsync("membership", $"""
            insert into account_grant (id, account_id, "grant", "from", until, override_reason, granted_by)
            values ('{_ids["overrides"]}', '{_ids["accounts"]}', 'reader@{Own}', now(), now() + interval '3 hours', 'The office does not answer', 'test')
            """, ct);

        await steward.PostAsync("/api/v1/clients", Client(_ids["clients"] = $"client-{_mark}"), ct);

        async Task<string> FiledAsync(string record)
        {
            var document = await AddAsync(steward, $"{record}/documents", Records.Document, ct);
            (await steward.SendAsync(HttpMethod.Put, $"{record}/documents/{document}/file", Records.File, ct)).Expect(201);
            return document;
        }

        async Task<Guid> TwinAsync() => Guid.Parse(await AddAsync(steward, "/api/v1/organisations", Network.Organisation(National, $"Twin {_mark}"), ct));

        async Task<string> DismissedAsync(Guid twin) => $"{(await steward.PostAsync("/api/v1/duplicates/dismissals", new { a = twin, b = _applicant }, ct)).Expect(200).Id}";

        async Task<Answer> PushAsync(string name, int? baseVersion = null) =>
            await steward.PostAsync("/api/v1/sync/batches", new { items = (object[])[Item("member", name, baseVersion)] }, ct);
    }

    private async Task SetAdvocacyAsync(PlatformStack stack, CancellationToken ct)
    {
        var (steward, nepal) = (stack.As("steward"), stack.As("nepal"));
        _ids["campaigns"] = await AddAsync(steward, "/api/v1/campaigns", Titled("Campaign"), ct);
        _ids["demands"] = await AddAsync(steward, "/api/v1/demands", Titled("Demand"), ct);
        _ids["outcomes"] = await AddAsync(steward, "/api/v1/outcomes", Titled("Outcome"), ct);
        _ids["target-bodies"] = await AddAsync(steward, "/api/v1/target-bodies", TargetBody($"THERE-{_mark}"), ct);
        _ids["events"] = await AddAsync(steward, "/api/v1/events", Event("Event"), ct);

        var member = (await nepal.PostAsync("/api/v1/organisations", Network.Organisation(Network.Nepal, $"Member {_mark}"), ct)).Expect(201).Id;
        await Replication.UntilCompleteAsync(stack, Until.Generous, ct);
        _outcomeOfAnother = await AddAsync(nepal, "/api/v1/outcomes", Network.Outcome(Network.Nepal, "Of another network", member), ct);
        (await nepal.PostAsync($"/api/v1/outcomes/{_outcomeOfAnother}/submission", null, ct)).Expect(200);

        // Nepal confirms an outcome of this network, and so there is an announcement.
        var announced = await AddAsync(steward, "/api/v1/outcomes", Network.Outcome(National, "Announced", _organisation), ct);
        (await steward.PostAsync($"/api/v1/outcomes/{announced}/submission", null, ct)).Expect(200);
        (await nepal.PostAsync($"/api/v1/outcomes/{announced}/substantiations", Network.Agreement(Network.Nepal), ct)).Expect(201);
        _ids["announcements"] = await Until.NotNullAsync(
            async () => (string?)(await steward.GetAsync($"/api/v1/announcements?node={Own}", ct)).Expect(200).Json["items"]!.AsArray().FirstOrDefault()?["id"], "the outcome is announced", ct);
    }

    private static async Task<string> AddAsync(Api api, string path, object body, CancellationToken ct) => $"{(await api.PostAsync(path, body, ct)).Expect(201).Id}";

    private JsonObject Item(string id, string name, int? baseVersion = null)
    {
        var item = new JsonObject
        {
            ["type"] = "organisation",
            ["externalId"] = $"m{_mark}:{id}",
            ["node"] = Own,
            ["name"] = name,
            ["country"] = "BF",
            ["types"] = new JsonArray("ngo"),
        };
        if (baseVersion is not null)
            item["baseVersion"] = baseVersion;
        return item;
    }

    private object Person(string name, string? email) => new { node = Own, name, email, language = "en", levels = new { name = "node", roles = "node" } };

    private object Client(string clientId) => new { clientId, description = "One of the matrix", grants = (string[])[$"reader@{Own}"], scopes = (string[])["read"] };

    private object Titled(string title) => new { node = Own, title = new { en = title }, sourceLanguage = "en" };

    private object TargetBody(string code) => new { node = Own, code = code.ToUpperInvariant(), names = new { en = "A ministry" }, country = "BF" };

    private object Event(string title) => new { node = Own, title = new { en = title }, sourceLanguage = "en", startsOn = "2022-02-03" };
}
