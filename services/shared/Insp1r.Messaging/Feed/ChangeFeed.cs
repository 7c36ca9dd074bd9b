using System.Buffers;
using System.Diagnostics;
using System.Text.Json;
using Insp1r.Contracts;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Insp1r.Messaging.Feed;

/// <summary>
/// GET /changes/{service}: every committed change of the caller's nodes, in log order, from where the caller's cursor stands. The
/// caller holds the cursor; nothing is skipped and nothing repeated within a walk, and each item carries its subject's version.
/// </summary>
public static class ChangeFeed
{
    public const int DefaultLimit = 100;
    public const int MaxLimit = 1_000;
    public const int MaxWaitSeconds = 60;
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1.5);

    /// <summary>One change. <c>data</c> is the event as docs/events.md describes it.</summary>
    public sealed record Change(Guid Id, string Type, string Subject, Guid SubjectId, int Version, string Node, DateTimeOffset OccurredAt, JsonElement Data);

    /// <summary><c>next</c> is always there: keep it, and send it as <c>after</c>. <c>more</c> says that the next page is ready now.</summary>
    public sealed record Response(IReadOnlyList<Change> Items, string Next, bool More);

    public sealed class Query
    {
        /// <summary>The <c>next</c> of the answer before; from the beginning if not given.</summary>
        public string? After { get; init; }

        /// <summary>How many changes at most: 1 to 1000, 100 if not given.</summary>
        public int? Limit { get; init; }

        /// <summary>Seconds to wait for a change where there is none yet: 0 to 60, 0 if not given.</summary>
        public int? Wait { get; init; }

        /// <summary>Only the subtree of this node, such as insp1r.africa.rw; all the caller's nodes if not given.</summary>
        public string? Node { get; init; }

        /// <summary>Comma-separated event types; all if not given.</summary>
        public string? Type { get; init; }
    }

    public static IEndpointConventionBuilder MapChangeFeed(this IEndpointRouteBuilder api, string service) =>
        api.MapGet($"/changes/{service}", ReadAsync)
            .WithName($"ReadChangesOf{char.ToUpperInvariant(service[0])}{service[1..]}")
            .WithTags("Sync")
            .WithSummary($"Changes in {service}, from a cursor")
            .WithDescription("Start without `after`, keep `next`, and come back with it: after a month without a connection too.")
            .Produces<Response>()
            .ProducesProblem(410)
            .Requires(Role.Reader, Scopes.Read);

    private static async Task<Results<EmptyHttpResult, ProblemHttpResult>> ReadAsync(
        [AsParameters] Query query, Caller caller, HttpContext http, ServiceDatabase database, LogSignal signal, CancellationToken ct)
    {
        var limit = query.Limit ?? DefaultLimit;
        var wait = query.Wait ?? 0;
        if (limit is < 1 or > MaxLimit)
            return OutOfRange("limit", $"1 to {MaxLimit}");
        if (wait is < 0 or > MaxWaitSeconds)
            return OutOfRange("wait", $"0 to {MaxWaitSeconds} seconds");

        var nodes = caller.NodesFor(Role.Reader);
        if (query.Node is not null)
        {
            if (!NodePath.IsValid(query.Node))
                return OutOfRange("node", "a node's path, such as insp1r.africa.rw");
            if (!caller.May(Role.Reader, query.Node))
                return AccessErrors.OutsideYourNodes.ToProblem($"Your grants do not cover {query.Node}.");
            nodes = [query.Node];
        }

        var types = query.Type?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (types is [] || types?.FirstOrDefault(type => EventTypes.Find(type) is null) is not null)
            return OutOfRange("type", "names of events, such as membership.organisation-registered.v1");

        var filter = FeedCursor.FilterOf(nodes, types);
        FeedCursor? after = null;
        if (query.After is not null)
        {
            if (!FeedCursor.TryDecode(query.After, out var cursor))
                return CommonErrors.BadCursor.ToProblem("Send the 'next' of an answer as 'after', unchanged.", [new FieldError("after", "bad-cursor", "The next of an answer")]);
            if (cursor.Filter != filter)
                return FeedErrors.OtherFilter.ToProblem("This cursor was made for other nodes or types: your grants or the query changed. Begin without 'after'.");
            after = cursor;
        }

        var page = await WaitForPageAsync(database, signal, after, limit, nodes, types, TimeSpan.FromSeconds(wait), ct);
        if (after is { } old && (old.Epoch != page.Epoch || (old.Position < page.TrimmedTo && old.Position != LogPosition.Start)))
            return FeedErrors.CursorExpired.ToProblem("The log begins later, or was restored. Begin without 'after' and replace your copy.", more: new Dictionary<string, object?>(StringComparer.Ordinal) { ["resync"] = http.Request.Path.Value });

        var next = new FeedCursor(page.Epoch, page.Next(after?.Position ?? LogPosition.Start, limit), filter);
        await WriteAsync(http.Response, page, next.Encode(), more: page.Rows.Count == limit, ct);
        return TypedResults.Empty;
    }

    private static async Task<LogPage> WaitForPageAsync(
        ServiceDatabase database, LogSignal signal, FeedCursor? after, int limit, string[] nodes, string[]? types, TimeSpan wait, CancellationToken ct)
    {
        var start = Stopwatch.GetTimestamp();
        var pause = new LogWait(signal, Poll);
        var position = after?.Position ?? LogPosition.Start;
        while (true)
        {
            var seen = signal.Any.Version;
            LogPage page;
            // The connection goes back while we wait: a hundred waiting readers must not hold a hundred connections.
            await using (var connection = await database.DataSource.OpenConnectionAsync(ct))
                page = await LogReader.ReadFeedAsync(connection, position, limit, nodes, types, ct);

            var left = wait - Stopwatch.GetElapsedTime(start);
            if (page.Rows.Count > 0 || left <= TimeSpan.Zero || (after is { } cursor && cursor.Epoch != page.Epoch))
                return page;

            // What the filter left out need not be read again.
            position = page.Next(position, limit);
            await pause.NextAsync(seen, page.Held, left, ct);
        }
    }

    // Written by hand because the payloads are JSON already: parsing a page of a thousand to print it again would double its cost.
    private static async Task WriteAsync(HttpResponse response, LogPage page, string next, bool more, CancellationToken ct)
    {
        var buffer = new ArrayBufferWriter<byte>(4_096 + (page.Rows.Count * 512));
        await using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true }))
        {
            json.WriteStartObject();
            json.WriteStartArray("items");
            foreach (var row in page.Rows)
            {
                json.WriteStartObject();
                json.WriteString("id", row.Id);
                json.WriteString("type", row.Type);
                json.WriteString("subject", row.Subject);
                json.WriteString("subjectId", row.SubjectId);
                json.WriteNumber("version", row.SubjectVersion);
                json.WriteString("node", row.Node);
                json.WriteString("occurredAt", row.OccurredAt.UtcDateTime);
                json.WritePropertyName("data");
                json.WriteRawValue(row.Payload, skipInputValidation: true);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("next", next);
            json.WriteBoolean("more", more);
            json.WriteEndObject();
        }

        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = buffer.WrittenCount;
        response.Headers.CacheControl = "no-store";
        await response.Body.WriteAsync(buffer.WrittenMemory, ct);
    }

    private static ProblemHttpResult OutOfRange(string parameter, string expected) =>
        CommonErrors.BadQuery.ToProblem($"{parameter}: {expected}.", [new FieldError(parameter, "out-of-range", expected)]);
}

public static class FeedErrors
{
    public static readonly Error CursorExpired = new(410, "cursor-expired", "The cursor is too old");
    public static readonly Error OtherFilter = new(400, "cursor-of-another-filter", "The cursor belongs to another query");
}
