using System.Text;
using System.Text.Json;
using Insp1r.Messaging.Log;
using Insp1r.Messaging.Retention;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Insp1r.Messaging.Audit;

/// <summary>
/// The audit trail: what the service's log says of each change, for the stewards of its node. Whether it is still what was written,
/// stewards of the whole network can have verified: they are whom it protects, and the operators are not.
/// </summary>
public static class AuditEndpoints
{
    private const int ExportPage = 500;
    private const string Ndjson = "application/x-ndjson";
    private const string Csv = "text/csv";
    private static readonly TimeSpan MostOfARequest = TimeSpan.FromSeconds(15);

    public static void MapAudit(this IEndpointRouteBuilder api, string service)
    {
        var suffix = char.ToUpperInvariant(service[0]) + service[1..];
        var audit = api.MapGroup($"/audit/{service}").WithTags("Audit").Requires(Role.Steward, Scopes.Read);
        audit.MapGet("/", ListAsync).WithName($"ListAudit{suffix}").WithSummary($"Who changed what in {service}, when, why and from where: the newest first")
            .WithDescription("Of your nodes. A page with a filter may hold fewer entries than you asked for, or none: go on while there is a `next`.");
        audit.MapGet("/export", ExportAsync).WithName($"ExportAudit{suffix}").WithSummary("The same, all of it and the oldest first: NDJSON, or CSV with Accept: text/csv")
            .Produces<AuditEntry>(200, Ndjson, Csv);
        audit.MapGet("/verification", VerifyAsync).WithName($"VerifyAudit{suffix}").WithSummary("Verify that the trail is what was written, and where it is not")
            .WithDescription("For stewards of the whole network. A long trail takes several calls: go on with `after` while there is a `next`. Keep `head`: as long as its seal has that hash, nothing up to it was rewritten.");
    }

    public class Filter
    {
        /// <summary>Only the subtree of this node, such as insp1r.africa.rw; all your nodes if not given.</summary>
        public string? Node { get; init; }

        /// <summary>A kind of record, such as organisation or client.</summary>
        public string? Subject { get; init; }

        /// <summary>One record.</summary>
        public Guid? SubjectId { get; init; }

        /// <summary>The id of a client or an account, or system.</summary>
        public string? Actor { get; init; }

        /// <summary>What was done, such as membership.organisation-suspended.v1.</summary>
        public string? Type { get; init; }

        /// <summary>Made at this time or later.</summary>
        public DateTimeOffset? From { get; init; }

        /// <summary>Made before this time.</summary>
        public DateTimeOffset? To { get; init; }

        internal ProblemHttpResult? Check(Caller caller, out AuditFilter filter)
        {
            filter = new AuditFilter(Node is null ? caller.NodesFor(Role.Steward) : [Node], Subject, SubjectId, Actor, Type, From?.ToUniversalTime(), To?.ToUniversalTime());
            if (QueryChecks.Node(Node) is { } badNode)
                return badNode;
            if (Node is not null && !caller.May(Role.Steward, Node))
                return AccessErrors.OutsideYourNodes.ToProblem($"You are not a steward of {Node}.");
            foreach (var (name, text) in (ReadOnlySpan<(string, string?)>)[("subject", Subject), ("actor", Actor), ("type", Type)])
            {
                if (text is not null && (text.Length is 0 or > 100 || text.Contains('\0')))
                    return QueryChecks.Refuse(name, "out-of-range", "1 to 100 characters.");
            }

            return null;
        }
    }

    public sealed class ListQuery : Filter
    {
        /// <summary>How many entries at most: 1 to 500, 50 if not given.</summary>
        public int? Limit { get; init; }

        /// <summary>The <c>next</c> of the page before.</summary>
        public string? After { get; init; }

        /// <summary>Comma-separated members to keep of each item; all if not given.</summary>
        public string? Fields { get; init; }
    }

    public sealed class ExportQuery : Filter
    {
        /// <summary>ndjson or csv; what Accept asks for if not given.</summary>
        public string? Format { get; init; }
    }

    /// <summary>The newest seal: its number and hash (SHA-256).</summary>
    public sealed record Head(long Block, string Hash);

    /// <summary>
    /// <c>rows</c> and <c>blocks</c> were verified by this call; <c>unsealed</c> rows are too young for a seal. At most about 100
    /// <c>faults</c>, each with its seal and the row's <c>position</c> in the log.
    /// </summary>
    internal sealed record VerificationResponse(long Rows, long Blocks, long Unsealed, Head Head, bool Intact, IReadOnlyList<AuditFault> Faults, long? Next);

    private static async Task<Results<Ok<Page<AuditEntry>>, ProblemHttpResult>> ListAsync(
        [AsParameters] ListQuery query, Caller caller, ServiceDatabase database, CancellationToken ct)
    {
        if (new PageQuery { Limit = query.Limit }.Check(out var limit) is { } badLimit)
            return badLimit;
        if (query.Check(caller, out var filter) is { } problem)
            return problem;
        if (!AuditCursor.TryDecode(query.After, out var after))
            return KeysetCursor.Refuse();

        var page = await AuditReader.ReadAsync(database.DataSource, filter, after, limit, newestFirst: true, ct);
        return TypedResults.Ok(new Page<AuditEntry>(page.Entries, page.Next is { } next ? AuditCursor.Encode(next) : null));
    }

    private static async Task<Results<EmptyHttpResult, ProblemHttpResult>> ExportAsync(
        [AsParameters] ExportQuery query, Caller caller, HttpContext http, ServiceDatabase database, CancellationToken ct)
    {
        if (query.Check(caller, out var filter) is { } problem)
            return problem;
        if (query.Format is not (null or "ndjson" or "csv"))
            return QueryChecks.Refuse("format", "unknown-word", "ndjson or csv.");

        var isCsv = query.Format is "csv" || (query.Format is null && http.Request.Headers.Accept.ToString().Contains(Csv, StringComparison.OrdinalIgnoreCase));
        http.Response.ContentType = (isCsv ? Csv : Ndjson) + "; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"audit-{database.Service}.{(isCsv ? "csv" : "ndjson")}\"";
        var text = new StringBuilder(isCsv ? AuditCsv.Header : "");
        LogPosition? after = LogPosition.BeforeAll;
        while (after is { } position)
        {
            var page = await AuditReader.ReadAsync(database.DataSource, filter, position, ExportPage, newestFirst: false, ct);
            foreach (var entry in page.Entries)
                text.Append(isCsv ? AuditCsv.Line(entry) : JsonSerializer.Serialize(entry, JsonDefaults.Options) + "\n");
            await http.Response.WriteAsync(text.ToString(), ct);
            text.Clear();
            after = page.Next;
        }

        return TypedResults.Empty;
    }

    /// <param name="after">The <c>next</c> of the answer before; from the beginning if not given.</param>
    private static async Task<Results<Ok<VerificationResponse>, ProblemHttpResult>> VerifyAsync(
        long? after, Caller caller, ServiceDatabase database, RetentionRules retention, TimeProvider clock, CancellationToken ct)
    {
        if (!caller.May(Role.Steward, NodePath.Root))
            return AccessErrors.OutsideYourNodes.ToProblem($"You are not a steward of {NodePath.Root}: the chain is the whole network's.");
        if (after < 0)
            return QueryChecks.Refuse("after", "out-of-range", "The next of an answer.");

        var start = clock.GetTimestamp();
        var head = await AuditVerification.ReadHeadAsync(database.DataSource, ct);
        var done = after ?? 0;
        var (rows, blocks, faults) = (0L, 0L, new List<AuditFault>());
        while (done < head.Block && faults.Count < AuditVerification.MaxFaults && clock.GetElapsedTime(start) < MostOfARequest)
        {
            var last = Math.Min(done + AuditVerification.PageBlocks, head.Block);
            var page = await AuditVerification.VerifyAsync(database.DataSource, done + 1, last, retention.CutOff(SharedRetention.Log), ct);
            rows += page.Rows;
            blocks += last - done;
            faults.AddRange(page.Faults);
            done = last;
        }

        return TypedResults.Ok(new VerificationResponse(
            rows, blocks, head.Unsealed, new Head(head.Block, head.Hash), faults.Count == 0, faults, done < head.Block ? done : null));
    }
}
