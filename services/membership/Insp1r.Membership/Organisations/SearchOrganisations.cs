using System.Collections.Concurrent;
using Insp1r.Membership.Reference;
using Insp1r.Messaging;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Insp1r.Membership.Organisations;

/// <summary>
/// Finds an organisation by what somebody remembers of it: words in any order, letters without accents, small mistakes, an acronym or the
/// initials that make one, its website. The best comes first.
/// </summary>
internal static class SearchOrganisations
{
    private const int MaxText = 200;
    private const int MaxWords = 8;
    private const int DefaultLimit = 20;
    private const int MaxLimit = 100;

    public sealed class Filter
    {
        /// <summary>What to look for: words of a name in any language, an acronym, initials or a website; 1 to 200 characters.</summary>
        public string? Q { get; init; }

        /// <summary>Only the subtree of this node, such as insp1r.africa.</summary>
        public string? Node { get; init; }

        /// <summary>How many at most: 1 to 100, 20 if not given.</summary>
        public int? Limit { get; init; }
    }

    /// <summary><c>score</c> is 0 to 1; <c>matched</c> is acronym, initials, website, name, or names/fr for the name in a language.</summary>
    public sealed record Hit(double Score, string Matched, OrganisationResponse Organisation);

    public static async Task<Results<Ok<Page<Hit>>, ProblemHttpResult>> HandleAsync(
        [AsParameters] Filter filter, [AsParameters] FileQuery file, Caller caller, ServiceDatabase database, CancellationToken ct)
    {
        var limit = filter.Limit ?? DefaultLimit;
        if (QueryChecks.Node(filter.Node) is { } badNode)
            return badNode;
        if (limit is < 1 or > MaxLimit)
            return QueryChecks.Refuse("limit", "out-of-range", $"A number from 1 to {MaxLimit}.");
        var errors = new FieldErrors();
        errors.Required("q", filter.Q, MaxText);
        var query = Query.Of(filter.Q ?? "");
        if (errors.Any || query.Words.Length == 0)
            return QueryChecks.Refuse("q", "out-of-range", $"1 to {MaxText} characters, some of them letters or digits.");

        var nodes = caller.NodesFor(Role.Reader, filter.Node);
        await using var connection = await database.DataSource.OpenConnectionAsync(ct);
        await using var batch = connection.CreateBatch();
        // In the transaction that a batch is: other queries on this connection keep theirs.
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Query.Prepare));
        batch.BatchCommands.Add(query.Command(nodes, limit));

        var hits = new List<Hit>(limit);
        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.NextResultAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var organisation = OrganisationResponse.Read(reader);
            hits.Add(new Hit(Math.Round(reader.GetDouble(13), 3), query.MatchIn(organisation), organisation));
        }

        return TypedResults.Ok(new Page<Hit>(hits, null));
    }

    /// <summary>What is asked, as the columns <c>search</c> and <c>keys</c> have it.</summary>
    internal sealed record Query(string Text, string[] Words, string? Short, string? Initials, string? Site)
    {
        // A text with an index is never scanned: how common a word is the statistics do not know.
        internal const string Prepare =
            "select set_config('pg_trgm.word_similarity_threshold', '0.5', true), set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)";

        // By the number of words, and which of them are too short for trigrams.
        private static readonly ConcurrentDictionary<(int Words, int Short), string> Known = new();

        public static Query Of(string text)
        {
            var words = SearchKeys.Significant(text);
            return new Query(
                SearchText.Fold(text), [.. words.Take(MaxWords)], SearchKeys.Short(text), words.Count > 1 ? SearchKeys.Initials(text) : null,
                SearchKeys.Site(text) ?? (text.Contains('.', StringComparison.Ordinal) ? SearchKeys.Site("https://" + text.Trim()) : null));
        }

        public NpgsqlBatchCommand Command(string[] nodes, int limit)
        {
            var command = new NpgsqlBatchCommand(Known.GetOrAdd((Words.Length, Words.Select((word, i) => word.Length < 3 ? 1 << i : 0).Sum()), Compose));
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = nodes });
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = NodePath.Below(nodes) });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Text });
            // An empty key is nobody's.
            foreach (var key in (string[])[$"a:{Short}", $"i:{Short}", $"a:{Initials}", $"w:{Site}"])
                command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = SearchText.FirstLinePattern(Text) });
            foreach (var word in Words)
                command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = word });
            return command;
        }

        public string MatchIn(OrganisationResponse found)
        {
            var acronym = SearchKeys.Short(found.Acronym);
            if (Short is not null && acronym == Short)
                return "acronym";
            if (Site is not null && SearchKeys.Site(found.Website) == Site)
                return "website";

            var names = found.Names.Select(name => (Field: $"names/{name.Key}", Text: name.Value)).Prepend((Field: "name", Text: found.Name)).ToList();
            if (Short is not null && names.Exists(name => SearchKeys.Initials(name.Text) == Short))
                return "initials";
            var best = names.MaxBy(name => Trigrams.Similarity(Text, name.Text));
            return Initials is not null && acronym == Initials && Trigrams.Similarity(Text, best.Text) < 0.3 ? "acronym" : best.Field;
        }

        // From what is surely meant to what may be: a key; the name itself; all words as they are; all of them misspelt, where that found few; and all but one, where
        // nothing was found. Each is a search in an index (of keys, or of search by its trigrams) that ends when it has enough, and only these are compared
        // more closely. So a common word costs as little as a rare one.
        private static string Compose((int Words, int Short) shape)
        {
            var records = ComparedRecords.Source("$2", "$3");
            var words = Enumerable.Range(0, shape.Words).Select(i => $"${i + 10}").ToArray();
            var whole = words.Where((_, i) => (shape.Short & (1 << i)) == 0).ToArray();
            var exact = whole.Length == 0 ? "false" : string.Join(" and ", whole.Select(word => $"o.search like '%' || {word} || '%'"));
            var fuzzy = string.Join(" and ", words.Select(word => $"o.search %> {word}"));
            var loose = words.Length == 1 ? "false" : string.Join(" or ", words.Select(without => $"({string.Join(" and ", words.Where(word => word != without).Select(word => $"o.search %> {word}"))})"));
            var similarity = $"(({string.Join(" + ", words.Select(word => $"word_similarity({word}, o.search)"))}) / {words.Length})::float8";
            return $"""
                with {ComparedRecords.With("$2", "$3")},
                known as materialized (
                  select o.id, o.search, case when $5 = any(o.keys) then 1 when $6 = any(o.keys) or $8 = any(o.keys) then 0.95 else 0.7 end::float8 as by_key, {similarity} as by_text
                  from {records} o where o.keys && array[$5, $6, $7, $8] limit 200),
                named as materialized (
                  select o.id, o.search, 0::float8 as by_key, 1::float8 as by_text from {records} o where o.search = $4 or o.search like $9 limit 50),
                exact as materialized (
                  select o.id, o.search, 0::float8 as by_key, 1::float8 as by_text from {records} o where {exact} limit 400),
                fuzzy as materialized (
                  select o.id, o.search, 0::float8 as by_key, {similarity} as by_text
                  from {records} o where (select count(*) from exact) < $1 and {fuzzy} limit 200),
                loose as materialized (
                  select o.id, o.search, 0::float8 as by_key, {similarity} as by_text
                  from {records} o where not exists (select 1 from known) and not exists (select 1 from exact) and not exists (select 1 from fuzzy) and ({loose}) limit 200),
                best as materialized (
                  select id, max(greatest(by_key, 0.8 * by_text + 0.2 * similarity($4, split_part(search, E'\n', 1)))) as score
                  from (table known union all table named union all table exact union all table fuzzy union all table loose) found group by id order by 2 desc, 1 limit $1)
                select {OrganisationResponse.Columns}, b.score from best b join member_organisation o on o.id = b.id order by b.score desc, o.id
                """;
        }
    }
}
