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
        /// <summary>1 to 200 characters.</summary>
        public string? Q { get; init; }

        /// <summary>Only the subtree of this node, such as insp1r.africa.</summary>
        public string? Node { get; init; }

        /// <summary>How many at most: 1 to 100, 20 if not given.</summary>
        public int? Limit { get; init; }
    }

    /// <summary><c>score</c> is 0 to 1; <c>matched</c> is acronym, initials, website, name, or names/fr for the name in a language.</summary>
    public sealed record Hit(double Score, string Matched, OrganisationResponse Organisation);

    public static async Task<Results<Ok<Page<Hit>>, ProblemHttpResult>> HandleAsync([AsParameters] Filter filter, Caller caller, ServiceDatabase database, CancellationToken ct)
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
        batch.BatchCommands.Add(new NpgsqlBatchCommand("select set_config('pg_trgm.word_similarity_threshold', '0.5', true)"));
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
        private static readonly ConcurrentDictionary<int, string> Known = new();

        public static Query Of(string text)
        {
            var words = SearchKeys.Significant(text);
            return new Query(
                SearchText.Fold(text), [.. words.Take(MaxWords)], SearchKeys.Short(text), words.Count > 1 ? SearchKeys.Initials(text) : null,
                SearchKeys.Site(text) ?? (text.Contains('.', StringComparison.Ordinal) ? SearchKeys.Site("https://" + text.Trim()) : null));
        }

        public NpgsqlBatchCommand Command(string[] nodes, int limit)
        {
            var command = new NpgsqlBatchCommand(Known.GetOrAdd(Words.Length, Compose));
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = nodes });
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. nodes.Select(node => node + ".%")] });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Text });
            // An empty key is nobody's.
            foreach (var key in (string[])[$"a:{Short}", $"i:{Short}", $"a:{Initials}", $"w:{Site}"])
                command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key });
            foreach (var word in Words)
                command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = word });
            return command;
        }

        public string MatchIn(OrganisationResponse found)
        {
            if (Short is not null && SearchKeys.Short(found.Acronym) is { } acronym && (acronym == Short || acronym == Initials))
                return "acronym";
            if (Site is not null && SearchKeys.Site(found.Website) == Site)
                return "website";

            var names = found.Names.Select(name => (Field: $"names/{name.Key}", name.Value)).Prepend((Field: "name", Value: found.Name));
            var (best, text) = names.MaxBy(name => Trigrams.Similarity(Text, name.Value));
            return Words.Length == 1 && !text.Contains(Text, StringComparison.OrdinalIgnoreCase) && names.Any(name => SearchKeys.Initials(name.Value) == Short) ? "initials" : best;
        }

        // All words, each perhaps misspelt; or most of the whole; or a key. Each is a search in an index (of search, gin_trgm_ops, or of keys),
        // and only the 200 best are compared more closely.
        private static string Compose(int words)
        {
            var numbers = Enumerable.Range(9, words).ToArray();
            return $"""
                with hit as materialized (
                  select o.id,
                    case when $5 = any(o.keys) then 1 when $6 = any(o.keys) or $8 = any(o.keys) then 0.95 when $7 = any(o.keys) then 0.7 else 0 end as by_key,
                    greatest(word_similarity($4, o.search), ({string.Join(" + ", numbers.Select(n => $"word_similarity(${n}, o.search)"))}) / {words}) as by_text
                  from member_organisation o
                  where o.merged_into is null and (o.node = any($2) or o.node like any($3))
                    and (o.keys && array[$5, $6, $7, $8] or o.search %> $4 or ({string.Join(" and ", numbers.Select(n => $"o.search %> ${n}"))}))
                  order by 2 desc, 3 desc, o.id limit 200)
                select {OrganisationResponse.Columns}, greatest(h.by_key, 0.8 * h.by_text + 0.2 * similarity($4, split_part(o.search, E'\n', 1)))::float8 as score
                from hit h join member_organisation o on o.id = h.id
                order by score desc, o.id limit $1
                """;
        }
    }
}
