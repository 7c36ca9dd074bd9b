using System.Text.RegularExpressions;
using Insp1r.Testing.Stack;

namespace Insp1r.System.Tests.BadInput;

/// <summary>
/// A request with one thing wrong, and the answer to it. In the path, {organisations} and the like stand for the id of an existing record.
/// </summary>
internal sealed partial record BadRequest(string Name, HttpMethod Method, string Path, int Status, string Problem)
{
    private static readonly string Long = new('x', 400);
    private static readonly HttpMethod Get = HttpMethod.Get;
    private static readonly HttpMethod Post = HttpMethod.Post;
    private static readonly HttpMethod Patch = HttpMethod.Patch;

    public object? Body { get; init; }
    public string Client { get; init; } = "rwanda";
    public (string, string)[] Headers { get; init; } = [];

    /// <summary>The JSON pointer that the problem must name.</summary>
    public string? Pointer { get; init; }

    public static readonly BadRequest[] All =
    [
        // Lists
        .. Lists(),
        // Fields of an organisation
        Organisation("a name of nothing", "/name", """ "name":"" """),
        Organisation("a name of spaces", "/name", """ "name":"   " """),
        Organisation("a name too long", "/name", $""" "name":"{Long}" """),
        Organisation("NUL in a name", "/name", """ "name":"a\u0000b" """),
        Organisation("a control character in a name", "/name", """ "name":"a\u001bb" """),
        Organisation("an unknown country", "/country", """ "country":"XX" """),
        Organisation("a country that is SQL", "/country", """ "country":"RW'; drop table member_organisation;--" """),
        Organisation("an unknown movement type", "/types/0", """ "types":["bank"] """),
        Organisation("no movement type", "/types", """ "types":[] """),
        Organisation("a type twice", "/types/1", """ "types":["ngo","ngo"] """),
        Organisation("a node that is a path of files", "/node", """ "node":"../../etc/passwd" """),
        Organisation("a node outside of the network", "/node", """ "node":"other.africa.rw" """),
        Organisation("a node in capitals", "/node", """ "node":"INSP1R.AFRICA.RW" """),
        Organisation("a node with a wildcard", "/node", """ "node":"insp1r.africa.%" """),
        Organisation("a website that is a script", "/website", """ "website":"javascript:alert(1)" """),
        Organisation("a website that is a file", "/website", """ "website":"file:///etc/passwd" """),
        Organisation("a website too long", "/website", $""" "website":"https://example.org/{Long}{Long}" """),
        Organisation("an unknown language", "/names/xx", """ "names":{"xx":"x"} """),
        Organisation("an empty language", "/names/", """ "names":{"":"x"} """),
        Organisation("an external id without a namespace", "/externalIds/0", """ "externalIds":["0001"] """),
        Organisation("an external id with a new line", "/externalIds/0", """ "externalIds":["zamuka:1\r\nSet-Cookie: a=b"] """),
        Organisation("an external id twice", "/externalIds/1", """ "externalIds":["zamuka:1","zamuka:1"] """),
        Organisation("eleven external ids", "/externalIds", $""" "externalIds":[{string.Join(',', Enumerable.Range(0, 11).Select(i => $"\"a:{i}\""))}] """),
        WrongType("a number for a name", "organisations", """{"node":"insp1r.africa.rw","name":7,"country":"RW","types":["ngo"]}"""),
        WrongType("a text for types", "organisations", """{"node":"insp1r.africa.rw","name":"x","country":"RW","types":"ngo"}"""),
        WrongType("an object for a country", "organisations", """{"node":"insp1r.africa.rw","name":"x","country":{"$ne":null},"types":["ngo"]}"""),
        WrongType("half a surrogate pair", "organisations", """{"node":"insp1r.africa.rw","name":"a\ud800b","country":"RW","types":["ngo"]}"""),
        WrongType("null for a name", "organisations", """{"node":"insp1r.africa.rw","name":null,"country":"RW","types":["ngo"]}"""),
        WrongType("a list without its end", "organisations", """{"node":"insp1r.africa.rw","name":"x","country":"RW","types":["ngo" """),
        WrongType("no name", "organisations", """{"node":"insp1r.africa.rw","country":"RW","types":["ngo"]}"""),
        WrongType("a member in capitals", "organisations", """{"node":"insp1r.africa.rw","Name":"x","country":"RW","types":["ngo"]}"""),
        Invalid("a status that nothing begins with", "organisations", "/status", """{"node":"insp1r.africa.rw","name":"x","country":"RW","types":["ngo"],"status":"excluded"}"""),
        Invalid("a membership that begins tomorrow", "organisations", "/since", """{"node":"insp1r.africa.rw","name":"x","country":"RW","types":["ngo"],"since":"2999-01-01"}"""),
        WrongType("an id of one's own", "organisations", """{"id":"0197a0c0-0000-7000-8000-000000000000","node":"insp1r.africa.rw","name":"x","country":"RW","types":["ngo"]}"""),
        WrongType("a version of one's own", "organisations", """{"version":7,"node":"insp1r.africa.rw","name":"x","country":"RW","types":["ngo"]}"""),

        // Decisions
        Invalid("a decision in the future", "organisations/{organisations}/affiliations/insp1r.africa.rw/moves", "/decidedOn", """{"to":"suspended","reason":"x","decidedBy":"x","decidedOn":"2999-01-01"}"""),
        Invalid("a decision before our time", "organisations/{organisations}/affiliations/insp1r.africa.rw/moves", "/decidedOn", """{"to":"suspended","reason":"x","decidedBy":"x","decidedOn":"0001-01-01"}"""),
        Invalid("a decision without a reason", "organisations/{organisations}/affiliations/insp1r.africa.rw/moves", "/reason", """{"to":"suspended","reason":"","decidedBy":"x","decidedOn":"2024-01-01"}"""),
        WrongType("a day that there is not", "organisations/{organisations}/affiliations/insp1r.africa.rw/moves", """{"to":"suspended","reason":"x","decidedBy":"x","decidedOn":"2024-02-30"}"""),
        WrongType("a day with a time", "organisations/{organisations}/affiliations/insp1r.africa.rw/moves", """{"to":"suspended","reason":"x","decidedBy":"x","decidedOn":"2024-02-01T00:00:00Z"}"""),
        new("reinstating an active member", Post, "/api/v1/organisations/{organisations}/affiliations/insp1r.africa.rw/moves", 409, "/problems/illegal-transition") { Body = Network.Decision("x", "active") },

        // Services, strength and figures
        Invalid("an unknown service", "organisations/{organisations}/services", "/kind", """{"kind":"bank"}"""),
        Invalid("another service that is not named", "organisations/{organisations}/services", "/otherKind", """{"kind":"other"}"""),
        Invalid("a tenth branch", "organisations/{organisations}/services", "/branches/0", """{"kind":"savings","branches":["wealth"]}"""),
        Invalid("a reach without a source", "organisations/{organisations}/services", "/reach/0/source", """{"kind":"savings","reach":[{"year":2024,"total":1,"source":" "}]}"""),
        Invalid("a reach of nothing", "organisations/{organisations}/services", "/reach", """{"kind":"savings","reach":[null]}"""),
        Invalid("fewer than the women among them", "organisations/{organisations}/strength", "/total", """{"year":2024,"total":1,"women":2,"source":"x"}"""),
        Invalid("a number of the future", "organisations/{organisations}/strength", "/year", """{"year":2999,"total":1,"source":"x"}"""),
        WrongType("more people than there are", "organisations/{organisations}/strength", """{"year":2024,"total":99999999999,"source":"x"}"""),
        Invalid("an unknown measure", "figures", "/measure", """{"node":"insp1r.africa.rw","measure":"money","says":{"value":1,"qualifier":"about","wording":"x","asOf":"2024-01-01","source":"x"}}"""),
        Invalid("a figure without its words", "figures", "/says/wording", """{"node":"insp1r.africa.rw","measure":"countries","says":{"value":1,"qualifier":"about","wording":"","asOf":"2024-01-01","source":"x"}}"""),
        WrongType("a figure that says nothing", "figures", """{"node":"insp1r.africa.rw","measure":"countries","says":null}"""),

        // Nodes and clients
        Invalid("a node too deep", "nodes", "/path", """{"path":"insp1r.a.b.c.d.e.f","level":"national","names":{"en":"x"},"country":"RW"}""", "steward"),
        Invalid("a node without a parent", "nodes", "/path", """{"path":"insp1r.nowhere.rw","level":"national","names":{"en":"x"},"country":"RW"}""", "steward"),
        Invalid("the root once more", "nodes", "/path", """{"path":"insp1r","level":"intercontinental","names":{"en":"x"}}""", "steward"),
        Invalid("a level that is skipped", "nodes", "/level", """{"path":"insp1r.rw","level":"national","names":{"en":"x"},"country":"RW"}""", "steward"),
        Invalid("an unknown level", "nodes", "/level", """{"path":"insp1r.africa.sn","level":"galactic","names":{"en":"x"},"country":"SN"}""", "steward"),
        Invalid("a national node without its country", "nodes", "/country", """{"path":"insp1r.africa.sn","level":"national","names":{"en":"x"}}""", "steward"),
        Invalid("a client id with a new line", "clients", "/clientId", """{"clientId":"a\nb","description":"x","grants":["reader@insp1r.africa.rw"],"scopes":["read"]}"""),
        Invalid("an unknown role", "clients", "/grants/0", """{"clientId":"bad-client","description":"x","grants":["god@insp1r.africa.rw"],"scopes":["read"]}"""),
        Invalid("a role by its number", "clients", "/grants/0", """{"clientId":"bad-client","description":"x","grants":["2@insp1r.africa.rw"],"scopes":["read"]}"""),
        Invalid("an unknown scope", "clients", "/scopes/0", """{"clientId":"bad-client","description":"x","grants":["reader@insp1r.africa.rw"],"scopes":["everything"]}"""),
        Invalid("no grant", "clients", "/grants", """{"clientId":"bad-client","description":"x","grants":[],"scopes":["read"]}"""),

        // Advocacy
        Titled("a title in no language", "/title", """ "title":{} """),
        Titled("a title in another language than its source", "/title/en", """ "title":{"fr":"x"} """),
        Titled("an unknown source language", "/sourceLanguage", """ "sourceLanguage":"tlh" """),
        Titled("a title too long", "/title/en", $$""" "title":{"en":"{{Long}}"} """),
        Titled("NUL in a title", "/title/en", """ "title":{"en":"a\u0000b"} """),
        Titled("a campaign that ends before it begins", "/endsOn", """ "startsOn":"2024-02-01","endsOn":"2024-01-01" """),
        Titled("a campaign under none", "/parentId", """ "parentId":"0197a0c0-0000-7000-8000-000000000000" """),
        WrongType("an unknown publication", "campaigns", """{"node":"insp1r.africa.rw","title":{"en":"x"},"sourceLanguage":"en","publication":"everybody"}"""),
        WrongType("a publication by its number", "campaigns", """{"node":"insp1r.africa.rw","title":{"en":"x"},"sourceLanguage":"en","publication":3}"""),
        WrongType("a parent that is no id", "campaigns", """{"node":"insp1r.africa.rw","title":{"en":"x"},"sourceLanguage":"en","parentId":"1 or 1=1"}"""),
        Invalid("a demand to nobody", "demands", "/targetBodies", """{"node":"insp1r.africa.rw","title":{"en":"x"},"sourceLanguage":"en","status":"active"}"""),
        Invalid("a demand to an unknown body", "demands", "/targetBodies/0", """{"node":"insp1r.africa.rw","title":{"en":"x"},"sourceLanguage":"en","targetBodies":["NOBODY"]}"""),
        Invalid("an outcome of the future", "outcomes", "/occurredOn", """{"node":"insp1r.africa.rw","title":{"en":"x"},"sourceLanguage":"en","occurredOn":"2199-01-01"}"""),
        Invalid("an unknown contributor", "outcomes", "/contributions/0/organisationId", """{"node":"insp1r.africa.rw","title":{"en":"x"},"sourceLanguage":"en","contributions":[{"organisationId":"0197a0c0-0000-7000-8000-000000000000"}]}"""),
        Invalid("evidence that is a script", "outcomes", "/evidence/0/url", """{"node":"insp1r.africa.rw","title":{"en":"x"},"sourceLanguage":"en","evidence":[{"url":"javascript:alert(1)"}]}"""),
        Invalid("an incomplete outcome submitted", "outcomes/{outcomes}/submission", "/statement", "{}"),
        WrongType("an unknown verdict", "outcomes/{outcomes}/substantiations", """{"node":"insp1r.africa.rw","verdict":"whatever"}"""),

        // Ids
        .. Ids(),
        // Versions
        new("a change without a version", Patch, "/api/v1/organisations/{organisations}", 428, "/problems/if-match-required") { Body = new { name = "x" } },
        .. ((string[])["\"0\"", "\"2\"", "\"-1\"", "\"x\"", "W/\"99\"", "1", "\"99999999999999999999\"", "\"1", "'; select 1;--"]).Select(tag =>
            new BadRequest($"If-Match: {tag}", Patch, "/api/v1/organisations/{organisations}", 412, "/problems/version-stale") { Body = new { name = "x" }, Headers = [("If-Match", tag)] }),
        new("a change of another version of a campaign", Patch, "/api/v1/campaigns/{campaigns}", 412, "/problems/version-stale") { Body = new { title = new { en = "x" } }, Headers = [("If-Match", "\"9\"")] },

        // Idempotency-Key
        .. ((string[])[new string('k', 201), "a b", "a\tb"]).Select((key, index) =>
            new BadRequest($"Idempotency-Key {index}", Post, "/api/v1/organisations", 400, "/problems/bad-idempotency-key")
            {
                Body = Network.Organisation(Network.Rwanda, "Never"), Headers = [("Idempotency-Key", key)],
            }),

        // Methods and addresses
        new("DELETE of a record", HttpMethod.Delete, "/api/v1/organisations/{organisations}", 405, "/problems/method-not-allowed"),
        new("PUT of a record", HttpMethod.Put, "/api/v1/organisations/{organisations}", 405, "/problems/method-not-allowed") { Body = "{}" },
        new("POST to a record", Post, "/api/v1/organisations/{organisations}", 405, "/problems/method-not-allowed") { Body = "{}" },
        new("PATCH of a list", Patch, "/api/v1/organisations", 405, "/problems/method-not-allowed") { Body = "{}" },
        new("TRACE", HttpMethod.Trace, "/api/v1/organisations", 405, "/problems/method-not-allowed"),
        new("an unknown method", new HttpMethod("BREW"), "/api/v1/organisations", 405, "/problems/method-not-allowed"),
        new("an unknown address", Get, "/api/v1/nonsense", 404, "/problems/not-found"),
        new("another version of the API", Get, "/api/v2/organisations", 404, "/problems/not-found"),
        new("a way up", Get, "/api/v1/organisations/..%2f..%2f..%2fetc%2fpasswd", 404, "/problems/not-found"),
        new("a way up in double disguise", Get, "/api/v1/organisations/%252e%252e%252fetc", 404, "/problems/not-found"),
        new("the settings file", Get, "/appsettings.json", 404, "/problems/not-found"),
        new("a hidden file", Get, "/.env", 404, "/problems/not-found"),
    ];

    public string Address(IReadOnlyDictionary<string, string> ids) => Placeholder().Replace(Path, match => ids[match.Groups["kind"].Value]);

    private static IEnumerable<BadRequest> Lists()
    {
        string[] limits = ["0", "-1", "501", "99999999999999999999", "1e3", "1.5", "ten", "", "0x10", "1;drop table x", "%00"];
        foreach (var limit in limits)
        {
            var problem = int.TryParse(limit, out _) ? "/problems/bad-query" : "/problems/bad-request";
            yield return new BadRequest($"organisations?limit={limit}", Get, $"/api/v1/organisations?limit={limit}", 400, problem);
        }

        string[] cursors = ["x", "%00", "null", "AAAA", "..%2F..%2Fetc", "MDE5N2EwYzAwMDAwNzAwMDgwMDAwMDAwMDAwMDAwMDA", new('A', 3_000), "'%20or%201=1--", "0197a0c0-0000-7000-8000-000000000000"];
        foreach (var list in (string[])["organisations", "campaigns", "outcomes"])
        {
            foreach (var cursor in cursors)
                yield return new BadRequest($"{list}?after={cursor[..Math.Min(cursor.Length, 40)]}", Get, $"/api/v1/{list}?after={cursor}", 400, "/problems/bad-cursor");
        }

        foreach (var cursor in cursors)
            yield return new BadRequest($"changes?after={cursor[..Math.Min(cursor.Length, 40)]}", Get, $"/api/v1/changes/membership?after={cursor}", 400, "/problems/bad-cursor");

        string[] queries =
        [
            "organisations?node=x", "organisations?node=insp1r.africa.%25", "organisations?node=INSP1R", "organisations?country=XX", "organisations?type=bank", "organisations?status=lost", "organisations?text=",
            $"organisations?text={new string('x', 101)}", "organisations?text=a%00b", "organisations?fields=secret", "organisations?fields=name,password", "nodes?level=galactic", "nodes?path=x",
            "services?branch=wealth", "services?kind=bank", "services?text=a%00b", "services?asOf=yesterday", "strength?year=0", "strength?latest=true&year=2024", "figures?measure=money", "figures?asOf=2019",
            "outcomes?status=lost", "outcomes?type=x", "outcomes?node=..", "campaigns?text=a%00b", "campaigns?limit=501", "demands?limit=0",
            "changes/membership?limit=0", "changes/membership?limit=1001", "changes/membership?wait=61", "changes/membership?wait=-1", "changes/membership?type=drop.table.v1", "changes/membership?node=x",
        ];
        foreach (var query in queries)
            yield return new BadRequest($"{query[..Math.Min(query.Length, 60)]}", Get, $"/api/v1/{query}", 400, "/problems/bad-query");

        yield return new BadRequest("the feed of another network", Get, "/api/v1/changes/membership?node=insp1r.asia.np", 403, "/problems/outside-your-nodes");
        yield return new BadRequest("the feed of another service", Get, "/api/v1/changes/payroll", 404, "/problems/not-found");
    }

    private static IEnumerable<BadRequest> Ids()
    {
        string[] ids = ["0", "-1", "x", "1%20or%201=1", "%27%3B--", "null", "undefined", "NaN", "%F0%9F%92%A9", "0197a0c0-0000-7000-8000-00000000000", "{0197a0c0-0000-7000-8000-000000000000}", new('9', 500)];
        foreach (var kind in (string[])["organisations", "outcomes"])
        {
            foreach (var id in ids)
                yield return new BadRequest($"{kind}/{id[..Math.Min(id.Length, 40)]}", Get, $"/api/v1/{kind}/{id.Replace("{", "%7B", StringComparison.Ordinal).Replace("}", "%7D", StringComparison.Ordinal)}", 404, "/problems/not-found");
        }

        foreach (var kind in (string[])["organisations", "campaigns", "demands", "outcomes"])
            yield return new BadRequest($"{kind} that there are not", Get, $"/api/v1/{kind}/0197a0c0-0000-7000-8000-000000000000", 404, "/problems/not-found");

        yield return new BadRequest("an external id without a value", Get, "/api/v1/organisations/by-external-id/zamuka", 400, "/problems/bad-request");
        yield return new BadRequest("an external id that is none", Get, "/api/v1/organisations/by-external-id/Zamuka/%0a", 404, "/problems/not-found");
    }

    // A member given later in a JSON text stands for the one before: the valid one is left out.
    private static BadRequest Organisation(string name, string pointer, string member)
    {
        var valid = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["node"] = "\"insp1r.africa.rw\"",
            ["name"] = "\"x\"",
            ["country"] = "\"RW\"",
            ["types"] = "[\"ngo\"]",
        };
        return Invalid(name, "organisations", pointer, Replace(valid, member));
    }

    private static BadRequest Titled(string name, string pointer, string member)
    {
        var valid = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["node"] = "\"insp1r.africa.rw\"",
            ["title"] = "{\"en\":\"x\"}",
            ["sourceLanguage"] = "\"en\"",
        };
        return Invalid(name, "campaigns", pointer, Replace(valid, member));
    }

    private static string Replace(Dictionary<string, string> valid, string member)
    {
        valid.Remove(member.Trim()[1..member.Trim().IndexOf('"', 1)]);
        return $"{{{string.Join(',', valid.Select(pair => $"\"{pair.Key}\":{pair.Value}"))},{member}}}";
    }

    private static BadRequest Invalid(string name, string path, string pointer, string body, string client = "rwanda") =>
        new(name, Post, $"/api/v1/{path}", 422, "/problems/invalid") { Body = body, Pointer = pointer, Client = client };

    private static BadRequest WrongType(string name, string path, string body) => new(name, Post, $"/api/v1/{path}", 400, "/problems/bad-request") { Body = body };

    [GeneratedRegex(@"\{(?<kind>[a-z]+)\}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Placeholder();
}
