using System.Collections.Concurrent;
using Insp1r.System.Tests.Contract;
using Insp1r.Testing.Stack;

namespace Insp1r.System.Tests.Access.Matrix;

/// <summary>
/// Every operation of the document, by every role at every place of the network around a record: who may gets to the handler, and who may
/// not is refused and changes nothing.
/// </summary>
public sealed class MatrixTests(Platform platform)
{
    private const int AtOnce = 12;
    private const string Nobody = "nobody";

    private static readonly string[] Scopes = ["read", "write", "sync", "operate"];

    // What a role includes.
    private static readonly Dictionary<string, string[]> Roles = new(StringComparer.Ordinal)
    {
        ["reader"] = ["reader"],
        ["contributor"] = ["contributor", "reader"],
        ["steward"] = ["steward", "contributor", "reader"],
        ["sender"] = ["sender", "reader"],
        ["operator"] = ["operator"],
    };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task G2_EveryOperation_HasItsRule_AndEveryRuleItsOperation()
    {
        var operations = (await ApiDocument.ReadAsync(platform.Stack, Ct)).Operations.Select(operation => operation.Name).ToList();

        Assert.Empty(operations.Except(Rules.All.Keys, StringComparer.Ordinal));
        Assert.Empty(Rules.All.Keys.Except(operations, StringComparer.Ordinal));
    }

    [Fact]
    public async Task G2_EveryOperation_ByEveryRoleAtEveryPlace_IsForThoseWhoMayAndNobodyElse()
    {
        var document = await ApiDocument.ReadAsync(platform.Stack, Ct);
        var scene = await Scene.SetAsync(platform.Stack, Ct);
        var tokens = await Tokens.OfAsync(platform.Stack, Ct);
        var calls = (from operation in document.Operations
                     let rule = Rules.All.GetValueOrDefault(operation.Name)
                     where rule is not null
                     from caller in Callers(scene)
                     from lacks in (string?[])[null, rule.Scope]
                     where caller.Role != Nobody || lacks is null
                     select new Call(operation, rule, caller, lacks, Expected(rule, caller, lacks))).ToList();

        // First what must not be: so it is tried on records that are as they were set. (That a batch came is noted for its sender's node.)
        var (before, own) = (await Digest.OfAsync(platform.Stack, Ct), await OwnAsync(scene));
        var wrong = await TryAsync(calls.Where(call => call.Expected is not (Verdict.Reached or Verdict.Rejected)), scene, tokens);
        var after = await Digest.OfAsync(platform.Stack, Ct);
        wrong = [.. wrong, .. await TryAsync(calls.Where(call => call.Expected == Verdict.Rejected), scene, tokens)];
        var ownAfter = await OwnAsync(scene);
        wrong = [.. wrong, .. await TryAsync(
            calls.Where(call => call.Expected == Verdict.Reached).GroupBy(call => call.Operation.Name, StringComparer.Ordinal).SelectMany(group => group.First().Rule.Once ? group.Take(1) : group),
            scene, tokens)];

        Assert.True(calls.Count > 5_000, $"Only {calls.Count} calls.");
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {calls.Count}:\n{string.Join('\n', wrong.Order(StringComparer.Ordinal).Take(50))}");
        Assert.Equal(before, after);
        Assert.Equal(own, ownAfter);
    }

    private enum Verdict
    {
        /// <summary>401.</summary>
        Unknown,

        /// <summary>403: no such role or scope at all.</summary>
        Forbidden,

        /// <summary>403, or 404 where not even that it is there is to be known.</summary>
        Outside,

        /// <summary>A list without what is not the caller's.</summary>
        Without,

        /// <summary>Each item is refused for itself.</summary>
        Rejected,

        /// <summary>The handler did it, or said why it cannot be done.</summary>
        Reached,
    }

    private sealed record Caller(string Role, string Place, string? At);

    private sealed record Call(Operation Operation, Rule Rule, Caller Caller, string? Lacks, Verdict Expected)
    {
        public override string ToString() => $"{Operation.Name} as {Caller.Role} {Caller.Place}{(Lacks is null ? "" : $" without {Lacks}")}: {Expected}";
    }

    private static IEnumerable<Caller> Callers(Scene scene) =>
    [
        new(Nobody, "without a token", null),
        new("", "without a grant", null),
        .. from role in Roles.Keys
           from place in ((string, string)[])[("of it", scene.Own), ("above", scene.Parent), ("beside", scene.Sibling), ("below", scene.Child), ("of all", "insp1r")]
           select new Caller(role, place.Item1, place.Item2),
    ];

    private static Verdict Expected(Rule rule, Caller caller, string? lacks)
    {
        if (rule.Place == Place.Open)
            return Verdict.Reached;
        if (caller.Role == Nobody)
            return Verdict.Unknown;
        if (lacks is not null || !Roles.GetValueOrDefault(caller.Role, []).Contains(rule.Role, StringComparer.Ordinal))
            return Verdict.Forbidden;

        var covers = caller.Place is "of it" or "above" or "of all";
        return rule.Place switch
        {
            Place.Node => covers ? Verdict.Reached : Verdict.Outside,
            Place.List => covers ? Verdict.Reached : Verdict.Without,
            Place.Batch => covers ? Verdict.Reached : Verdict.Rejected,
            Place.Root => caller.Place == "of all" ? Verdict.Reached : Verdict.Outside,
            _ => Verdict.Reached,
        };
    }

    /// <summary>What a batch could change of the network.</summary>
    private Task<string> OwnAsync(Scene scene) => platform.Stack.ScalarAsync<string>("membership", $"""
        select coalesce(string_agg(row, E'\n' order by row), '') from (
          select s::text as row from sync_state s where node = '{scene.Own}'
          union all select o::text from member_organisation o where node = '{scene.Own}'
          union all select c::text from change_log c where node = '{scene.Own}') rows
        """, Ct);

    private async Task<IReadOnlyCollection<string>> TryAsync(IEnumerable<Call> calls, Scene scene, Tokens tokens)
    {
        var all = calls.ToList();
        var known = all.Select(call => (call.Caller, call.Lacks)).Distinct().ToDictionary(pair => pair, pair => TokenOf(pair.Caller, pair.Lacks, tokens));
        var wrong = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(all, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Ct }, async (call, ct) =>
        {
            List<(string, string)> headers = [];
            if (call.Caller.Role != Nobody)
                headers.Add(("Authorization", $"Bearer {known[(call.Caller, call.Lacks)]}"));
            // Who may not would change it whatever its version; who may changes nothing by an old one, and the next finds it as it was.
            if (call.Operation.IsWrite)
                headers.Add(("If-Match", call.Expected == Verdict.Reached ? "\"999\"" : "*"));
            var address = scene.AddressOf(call.Operation) + call.Rule.Query;
            HttpContent? body = !call.Operation.IsWrite ? null
                : call.Operation.BodyType is "application/x-www-form-urlencoded" ? new FormUrlEncodedContent([])
                : Api.JsonBody(scene.BodyOf(call.Operation));
            var answer = await platform.Stack.Anonymous.SendAsync(call.Operation.Method, address, body, ct, [.. headers]);
            if (!Is(call, answer, scene))
                wrong.Add($"{call}, but {answer}");
        });
        return wrong;
    }

    // A client of its own for each: one alone could do no more than two syncs at once.
    private static string TokenOf(Caller caller, string? lacks, Tokens tokens) => tokens.Of(
        $"matrix-{Guid.NewGuid():N}", caller.At is null ? [] : [$"{caller.Role}@{caller.At}"], [.. Scopes.Where(scope => scope != lacks)]);

    private static bool Is(Call call, Answer answer, Scene scene) => call.Expected switch
    {
        Verdict.Unknown => (answer.Status, answer.Problem) == (401, "/problems/unauthorized"),
        Verdict.Forbidden => (answer.Status, answer.Problem) == (403, "/problems/forbidden"),
        Verdict.Outside => (answer.Status, answer.Problem) is (403, "/problems/outside-your-nodes") or (404, "/problems/not-found"),
        Verdict.Without => answer.Status == 200 && !answer.Text.Contains(scene.MarkOf(call.Operation), StringComparison.Ordinal),
        Verdict.Rejected => answer.Status == 200 && answer.Json["results"]!.AsArray().All(result => (string?)result!["result"] == "rejected"),
        // The whole network has more than a page.
        _ when call.Rule.Place == Place.List => answer.Status == 200 && (call.Caller.Place == "of all" || answer.Text.Contains(scene.MarkOf(call.Operation), StringComparison.Ordinal)),
        _ when call.Rule.Place == Place.Batch => answer.Status == 200 && answer.Json["results"]!.AsArray().All(result => (string?)result!["result"] == "created"),
        _ => answer.IsSuccess || answer.Status is 400 or 409 or 412 or 422 || (call.Rule.Also is { } also && answer.Text.Contains($"\"{also}\"", StringComparison.Ordinal)),
    };
}
