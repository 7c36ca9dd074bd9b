using System.Buffers;
using System.Globalization;
using System.Net.Mime;
using Insp1r.Membership.Nodes;
using Insp1r.Membership.Organisations;
using Insp1r.Membership.Sync;
using Insp1r.Messaging;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Insp1r.Membership.Imports;

/// <summary>
/// POST /imports: an office's own list, as CSV or as a spreadsheet, becomes items of a sync, and what came of each is told row by row: as JSON, or in
/// the file itself, to be corrected and sent again.
/// </summary>
internal static partial class ImportMembers
{
    private const string OtherName = "other-name";
    private const string SameName = "same-name";

    // A header is not to outgrow what a proxy lets pass; the JSON answer has all columns.
    private const int MostNotRead = 20;
    private const int MostOfAName = 60;

    private static readonly FieldError ChangedSince = new(
        "/baseVersion", "changed-since", "Somebody changed this record since that version. In a commit the row waits for a decision: GET /api/v1/sync/conflicts. Or take the present values into the file.");

    public sealed class Query
    {
        /// <summary>validate (if not given): what would become of each row, and nothing is written; commit: write it.</summary>
        public string? Mode { get; init; }

        /// <summary>The network whose members these are.</summary>
        public required string Node { get; init; }

        /// <summary>The namespace of ids that have none in the file; if not given, one that is made of the node's path.</summary>
        public string? Namespace { get; init; }

        /// <summary>JSON: which header is which field, such as {"Structure": "name", "Notes": null}. What it leaves out is found by the header's words.</summary>
        public string? Mapping { get; init; }

        /// <summary>
        /// Comma-separated problems that are none in this file: other-name, where a row's id is on record under quite another name; same-name, where its id
        /// is new and an organisation of its name is on record.
        /// </summary>
        public string? Allow { get; init; }
    }

    /// <summary>What came of the file; <c>rows</c> in its order, without the blank ones.</summary>
    public sealed record Response(SyncSummary Summary, FileForm File, IReadOnlyList<ImportColumn> Columns, IReadOnlyList<RowResult> Rows);

    /// <summary>How the file was read: <c>format</c> csv or xlsx, and for csv its encoding and delimiter.</summary>
    public sealed record FileForm(string Format, string? Encoding, string? Delimiter);

    /// <summary>
    /// <c>row</c> as the office's program counts; <c>idFrom</c> says whether its external id is from the file, from the record of that name, or
    /// made of its name; <c>errors</c> why it was not taken, <c>notices</c> what of it changes nothing though it was.
    /// </summary>
    public sealed record RowResult(
        int Row, string? ExternalId, IdSource? IdFrom, SyncResult Result, Guid? Id, int? Version, IReadOnlyList<FieldError> Errors, IReadOnlyList<FieldError> Notices);

    public static async Task<Results<Ok<Response>, FileContentHttpResult, ProblemHttpResult>> HandleAsync(
        [AsParameters] Query query, HttpContext http, Caller caller, ServiceDatabase database, NodeDirectory nodes, LogSignal signal,
        TimeProvider clock, ILogger<SyncBatch> logger, CancellationToken ct)
    {
        if (query.Mode is not (null or "validate" or "commit"))
            return QueryChecks.Refuse("mode", "unknown-word", "validate or commit.");
        if (QueryChecks.Node(query.Node) is { } noPath)
            return noPath;
        if (!caller.May(Role.Contributor, query.Node))
            return AccessErrors.OutsideYourNodes.ToProblem($"You are not a contributor to {query.Node}.");
        if (!await nodes.ExistsAsync(query.Node, ct))
            return QueryChecks.Refuse("node", "unknown-node", $"There is no node {query.Node}.");
        var idNamespace = query.Namespace ?? RecordsOnFile.NamespaceOf(query.Node);
        if (!OrganisationRules.IsExternalId($"{idNamespace}:1", out var colon) || colon != idNamespace.Length)
            return QueryChecks.Refuse("namespace", "bad-value", $"1 to {OrganisationRules.MaxNamespace} lower-case letters, digits and hyphens.");
        var allow = (query.Allow ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (allow.Except([OtherName, SameName], StringComparer.Ordinal).Any())
            return QueryChecks.Refuse("allow", "unknown-word", $"{OtherName}, {SameName}, or both with a comma.");

        var (upload, refusal) = await ImportUpload.ReadAsync(http.Request, ct);
        if (upload is null)
            return refusal!;
        if (ImportUpload.ReadMapping(upload.Mapping ?? query.Mapping) is not { } mapping)
            return QueryChecks.Refuse("mapping", "bad-value", $"JSON with a field for each header, such as {{\"Structure\": \"name\", \"Notes\": null}}. Fields are {string.Join(", ", ImportColumns.Fields)}.");

        var errors = new FieldErrors();
        var (csv, read) = Read(upload, mapping, errors);
        if (read is null || errors.Any || ImportTable.Of(read.Kept, mapping, errors) is not { } table)
            return read is { IsTooLong: true } ? TooLong() : ImportErrors.Unreadable.ToProblem(errors.Items[0].Detail, errors.Items);
        if (read.IsTooLong || table.Rows.Count > ImportTable.MaxRows)
            return TooLong();
        if (ImportColumns.Find(table.Headers, mapping, errors) is not { } columns)
            return Unclear(table, errors);

        var rows = Understand(table, columns, idNamespace);
        var allowance = new ImportAllowance(allow.Contains(OtherName, StringComparer.Ordinal), allow.Contains(SameName, StringComparer.Ordinal), OwnGuids: query.Namespace is not null);
        await new RecordsOnFile(database, query.Node, allowance).FindAsync(rows, columns, idNamespace, ct);

        var commit = query.Mode is "commit";
        await using var batch = new SyncBatch(database, signal, clock, logger, caller, new SyncOptions(commit, Atomic: false, Key: null, "import"));
        var intake = new SyncIntake(caller, nodes, hashed: false, clock.GetUtcNow());
        var lines = new List<SyncLine>(rows.Count);
        try
        {
            foreach (var chunk in Chunks(rows, query.Node, intake))
            {
                if (await batch.RunAsync(chunk, ct) is { Refusal: { } refused })
                    return refused;
                lines.AddRange(chunk.Lines);
            }
        }
        catch (Exception e) when (commit && lines.Count > 0 && e is NpgsqlException or TimeoutException)
        {
            Log.BrokenOff(logger, e, lines.Count);
            http.Response.Headers.RetryAfter = "2";
            return BrokenOff(rows, lines);
        }
        finally
        {
            await batch.CloseAsync();
        }

        return Answer(http, csv, table, columns, rows, lines, commit, batch.Counts);
    }

    private static (CsvForm? Csv, TableRows? Rows) Read(ImportUpload upload, IReadOnlyDictionary<string, string?> mapping, FieldErrors errors)
    {
        if (SpreadsheetFile.IsOpenDocument(upload.Bytes))
        {
            errors.Add("", "open-document", "This is a file of LibreOffice or OpenOffice (.ods): save it as .xlsx or .csv.");
            return (null, null);
        }

        if (SpreadsheetFile.Is(upload.Bytes))
            return (null, SpreadsheetFile.Read(upload.Bytes, errors));
        if (!SpreadsheetFile.IsOld(upload.Bytes))
            return CsvFile.Read(upload.Bytes, upload.Charset, mapping, errors) is var (form, rows) ? (form, rows) : (null, null);
        errors.Add("", "old-format", "This is a spreadsheet of before 2007, or one with a password: save it as .xlsx or .csv, without a password.");
        return (null, null);
    }

    private static List<ImportRow> Understand(ImportTable table, ImportColumns columns, string idNamespace)
    {
        var dates = new ImportDates(table.Rows.Select(row => columns.Cell(row, ImportField.MemberSince)));
        return [.. table.Rows.Select(row => ImportRow.Read(row, columns, dates, idNamespace))];
    }

    private static IEnumerable<SyncChunk> Chunks(IReadOnlyList<ImportRow> rows, string node, SyncIntake intake)
    {
        var buffer = new ArrayBufferWriter<byte>(1_024);
        foreach (var row in rows)
        {
            if (row.GiveTo(intake, node, buffer) is { } full)
                yield return full;
        }

        if (intake.End() is { } last)
            yield return last;
    }

    private static ProblemHttpResult TooLong() =>
        CommonErrors.TooLarge.ToProblem($"A file has at most {ImportTable.MaxRows} rows. Divide it, or send a sync batch.");

    private static ProblemHttpResult Unclear(ImportTable table, FieldErrors errors) => ImportErrors.ColumnsUnclear.ToProblem(
        $"{string.Join(' ', errors.Items.Select(error => error.Detail))} The headers found are: {string.Join(", ", table.Headers.Take(30).Select(header => $"'{(header.Length > 60 ? header[..60] : header)}'"))}.",
        errors.Items,
        new Dictionary<string, object?>(StringComparer.Ordinal) { ["headers"] = table.Headers.Take(ImportTable.MaxColumns) });

    private static ProblemHttpResult BrokenOff(List<ImportRow> rows, List<SyncLine> lines) => ImportErrors.BrokenOff.ToProblem(
        $"Of {rows.Count} rows, 'rows' tells what became of the first {lines.Count}, and that stands. What came of the next {SyncChunk.Size} is not known. Send the file again: what was taken is unchanged then.",
        more: new Dictionary<string, object?>(StringComparer.Ordinal) { ["summary"] = SummaryOf(committed: true, SyncCounts.Of(lines)), ["rows"] = ResultsOf(rows, lines) });

    private static SyncSummary SummaryOf(bool committed, in SyncCounts counts) =>
        new(committed, counts.Items, counts.Created, counts.Updated, counts.Unchanged, counts.Conflict, counts.Rejected);

    private static RowResult[] ResultsOf(List<ImportRow> rows, List<SyncLine> lines) => [.. rows.Zip(lines, (row, line) => new RowResult(
        row.Row.Number, row.ExternalId, row.IdFrom, line.Result, line.Id == Guid.Empty ? null : line.Id, line.Version == 0 ? null : line.Version, line.Errors.Items, NoticesOf(row, line)))];

    private static Results<Ok<Response>, FileContentHttpResult, ProblemHttpResult> Answer(
        HttpContext http, CsvForm? csv, ImportTable table, ImportColumns columns, List<ImportRow> rows, List<SyncLine> lines, bool commit, in SyncCounts counts)
    {
        var summary = SummaryOf(commit, counts);
        // A file has no place for them.
        http.Response.Headers["Import-Summary"] = string.Create(
            CultureInfo.InvariantCulture,
            $"committed={(commit ? "true" : "false")}, items={summary.Items}, created={summary.Created}, updated={summary.Updated}, unchanged={summary.Unchanged}, conflict={summary.Conflict}, rejected={summary.Rejected}");
        http.Response.Headers["Import-Not-Read"] = string.Join(
            ", ",
            columns.Describe().Where(column => column.Field is null && column.Header.Length > 0).Take(MostNotRead)
                .Select(column => Uri.EscapeDataString(column.Header.Length > MostOfAName ? $"{column.Header[..MostOfAName]}…" : column.Header)));
        var accepted = http.Request.GetTypedHeaders().Accept.OrderByDescending(type => type.Quality ?? 1).Select(type => type.MediaType.Value)
            .FirstOrDefault(type => type is "text/csv" or SpreadsheetFile.MediaType or MediaTypeNames.Application.Json);
        if (accepted == "text/csv")
        {
            var form = csv ?? CsvForm.Usual;
            return TypedResults.File(CsvFile.Write(form, Filled(table, columns, rows, lines, commit)), $"text/csv; charset={form.Encoding.WebName}", "import-results.csv");
        }

        if (accepted == SpreadsheetFile.MediaType)
            return TypedResults.File(SpreadsheetFile.Write(Filled(table, columns, rows, lines, commit)), SpreadsheetFile.MediaType, "import-results.xlsx");

        return TypedResults.Ok(new Response(
            summary,
            csv is null ? new FileForm("xlsx", null, null) : new FileForm("csv", csv.Encoding.WebName, $"{csv.Delimiter}"),
            columns.Describe(),
            ResultsOf(rows, lines)));
    }

    /// <summary>
    /// The file with what came of each row in front, and the external id and the version that it has from now on: sent again, also with another name, it
    /// is the same record, and in no conflict with what was just written.
    /// </summary>
    private static IEnumerable<IReadOnlyList<string>> Filled(ImportTable table, ImportColumns columns, List<ImportRow> rows, List<SyncLine> lines, bool commit)
    {
        var (ownIds, versions) = (columns.IdColumn, columns.ColumnOf(ImportField.BaseVersion));
        yield return [.. ImportTable.Added, .. ownIds < 0 ? (string[])["externalId"] : [], .. table.Headers];
        foreach (var (row, line) in rows.Zip(lines))
        {
            var cells = Enumerable.Range(0, Math.Max(table.Headers.Length, row.Row.Cells.Length)).Select(row.Row.Cell).ToArray();
            if (ownIds >= 0 && cells[ownIds].Length == 0)
                cells[ownIds] = IdOf(row);
            if (commit && versions >= 0 && line.Result is SyncResult.Created or SyncResult.Updated or SyncResult.Unchanged)
                cells[versions] = line.Version.ToString(CultureInfo.InvariantCulture);
            var told = line.Errors.Items.Concat(NoticesOf(row, line)).ToList();
            yield return
            [
                Words.Of(line.Result),
                string.Join(' ', told.Select(error => error.Code).Distinct(StringComparer.Ordinal)),
                // It may quote a record's name, which is a stranger's.
                Csv.Guard(string.Join(' ', told.Select(error => columns.HeaderOf(error.Pointer) is { Length: > 0 } header ? $"{header}: {error.Detail}" : error.Detail))),
                .. ownIds < 0 ? (string[])[IdOf(row)] : [],
                .. cells,
            ];
        }
    }

    private static string IdOf(ImportRow row) => row.ExternalId ?? row.Record?.FileId ?? "";

    private static IReadOnlyList<FieldError> NoticesOf(ImportRow row, SyncLine line) => line.Result switch
    {
        SyncResult.Rejected => [],
        SyncResult.Conflict => [.. row.Notices.Items, ChangedSince],
        _ => row.Notices.Items,
    };

    private static partial class Log
    {
        [LoggerMessage(304, LogLevel.Error, "An import broke off after {Rows} rows")]
        public static partial void BrokenOff(ILogger logger, Exception exception, int rows);
    }
}
