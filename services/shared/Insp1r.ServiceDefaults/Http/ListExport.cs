using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Options;

namespace Insp1r.ServiceDefaults.Http;

/// <summary>
/// Gives every list as a file, too: all that matches, as CSV or NDJSON. It asks the list's own handler for page after page, so that a file has what
/// its caller sees on screen with the same filters. One page at a time is in memory, and nothing of the database stays open while a slow client reads.
/// </summary>
internal sealed class ListExport(IOptions<JsonOptions> json) : IEndpointFilter
{
    public const string Ndjson = "application/x-ndjson";

    private readonly JsonSerializerOptions _json = json.Value.SerializerOptions;

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var place = IndexOfQuery(context.Arguments);
        if (place < 0)
            return await next(context);

        var query = (FileQuery)context.Arguments[place]!;
        if (query.Format is not (null or "csv" or "ndjson"))
            return QueryChecks.Refuse("format", "unknown-word", "csv or ndjson.");
        if (FormatOf(query, context.HttpContext.Request) is not { } format)
            return await next(context);
        // What is public may be looked at page by page; a file is for those who are known.
        if (Caller.Of(context.HttpContext.User) == Caller.Anonymous)
        {
            context.HttpContext.Response.Headers.WWWAuthenticate = "Bearer";
            return AccessErrors.Unauthorized.ToProblem("A file needs an access token.");
        }

        // The first page decides: what is refused is refused as on screen.
        var (first, refusal) = await ReadAsync(null);
        if (first is null)
            return refusal;
        var members = _json.GetTypeInfo(first.ItemType).Properties;
        var names = members.Select(member => member.Name).ToArray();
        if (query.Fields is { Length: > 0 } fields)
        {
            var wanted = fields.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (Array.Find(wanted, name => !names.Contains(name, StringComparer.Ordinal)) is not null)
                return QueryChecks.Refuse("fields", "unknown-field", $"Of {string.Join(", ", names)}.");
            names = Array.FindAll(names, name => wanted.Contains(name, StringComparer.Ordinal));
        }

        string[][] columns = format == "csv" ? [.. members.Where(member => names.Contains(member.Name, StringComparer.Ordinal)).SelectMany(ColumnsOf)] : [];
        return new FileOfPages(first, format, names, columns, _json, async after => (await ReadAsync(after)).Page ?? throw new InvalidOperationException("A page behind the first was refused."));

        async Task<(IPage? Page, object? Refusal)> ReadAsync(string? after)
        {
            context.Arguments[place] = query is PageQuery ? new PageQuery { Limit = PageQuery.MaxLimit, After = after, Format = format } : new FileQuery { Format = format };
            var result = await next(context);
            while (result is INestedHttpResult nested)
                result = nested.Result;
            return result is IValueHttpResult { Value: IPage page } ? (page, null) : (null, result);
        }
    }

    /// <summary>The way to each cell of a row: a record within it has a column for each of its members, such as affiliates.year.</summary>
    private IEnumerable<string[]> ColumnsOf(JsonPropertyInfo member) => _json.GetTypeInfo(member.PropertyType) is { Kind: JsonTypeInfoKind.Object } record
        ? record.Properties.Where(inner => inner.Get is not null).SelectMany(ColumnsOf).Select(way => (string[])[member.Name, .. way])
        : [[member.Name]];

    private static int IndexOfQuery(IList<object?> arguments)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            if (arguments[i] is FileQuery)
                return i;
        }

        return -1;
    }

    private static string? FormatOf(FileQuery query, HttpRequest request)
    {
        if (query.Format is not null)
            return query.Format;
        var accept = request.Headers.Accept.ToString();
        return accept.Contains(Csv.MediaType, StringComparison.OrdinalIgnoreCase) ? "csv"
            : accept.Contains(Ndjson, StringComparison.OrdinalIgnoreCase) ? "ndjson"
            : null;
    }

    /// <summary>Written while it is read. The order of the columns is that of the answer's members, which only grow at the end.</summary>
    private sealed class FileOfPages(IPage first, string format, string[] members, string[][] columns, JsonSerializerOptions options, Func<string, Task<IPage>> readAsync) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var (response, ct) = (httpContext.Response, httpContext.RequestAborted);
            response.ContentType = $"{(format == "csv" ? Csv.MediaType : Ndjson)}; charset=utf-8";
            response.Headers.CacheControl = "no-store";
            response.Headers.ContentDisposition = $"attachment; filename=\"{NameOf(httpContext)}.{format}\"";

            var text = new StringBuilder(format == "csv" ? Csv.ByteOrderMark + Csv.Line(columns.Select(way => string.Join('.', way))) : "");
            for (var page = first; ; page = await readAsync(page.Next))
            {
                foreach (var item in page.Rows)
                    Append(text, JsonSerializer.SerializeToElement(item, page.ItemType, options));
                await response.WriteAsync(text.ToString(), ct);
                await response.Body.FlushAsync(ct);
                text.Clear();
                if (page.Next is null)
                    return;
            }
        }

        private void Append(StringBuilder text, JsonElement row)
        {
            if (format == "csv")
                text.Append(Csv.Line(columns.Select(way => CellOf(row, way))));
            else if (members.Length == row.GetPropertyCount())
                text.Append(row.GetRawText()).Append('\n');
            else
                text.Append(JsonSerializer.Serialize(row.EnumerateObject().Where(member => members.Contains(member.Name, StringComparer.Ordinal)).ToDictionary(member => member.Name, member => member.Value, StringComparer.Ordinal), options)).Append('\n');
        }

        private static string CellOf(JsonElement row, string[] way)
        {
            foreach (var name in way)
            {
                if (row.ValueKind != JsonValueKind.Object || !row.TryGetProperty(name, out row))
                    return "";
            }

            return Csv.Cell(row);
        }

        // The address' last word that is not a caller's: organisations, history.
        private static string NameOf(HttpContext http) =>
            (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.PathSegments.SelectMany(segment => segment.Parts).OfType<RoutePatternLiteralPart>().LastOrDefault()?.Content ?? "list";
    }
}
