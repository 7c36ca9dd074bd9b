using System.Buffers.Text;
using System.Collections;
using System.Text;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.ServiceDefaults.Http;

/// <summary>One page of a list. <paramref name="Next"/> is the cursor of the page after it, or null at the end.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next) : IPage
{
    IEnumerable IPage.Rows => Items;
    Type IPage.ItemType => typeof(T);

    /// <summary>Cuts a list read with one row more than the limit, and makes the next cursor from the last row kept.</summary>
    public static Page<T> From(List<T> rows, int limit, Func<T, string> cursor)
    {
        if (rows.Count <= limit)
            return new Page<T>(rows, null);

        rows.RemoveRange(limit, rows.Count - limit);
        return new Page<T>(rows, cursor(rows[^1]));
    }
}

internal interface IPage
{
    IEnumerable Rows { get; }
    Type ItemType { get; }
    string? Next { get; }
}

/// <summary>The query parameters of every list. A handler that takes them gives its list as a file, too: <see cref="ListExport"/> makes it.</summary>
public class FileQuery
{
    /// <summary>Comma-separated members to keep of each item; all if not given.</summary>
    public string? Fields { get; init; }

    /// <summary>
    /// csv or ndjson: all that matches, as a file and without pages (limit and after do not count). Accept: text/csv or application/x-ndjson asks for
    /// the same.
    /// </summary>
    public string? Format { get; init; }

    /// <summary>True where the answer becomes a file, which goes where nobody looks after it.</summary>
    public bool IsFile => Format is not null;
}

/// <summary>The query parameters of every list that has pages.</summary>
public sealed class PageQuery : FileQuery
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 500;

    /// <summary>How many items at most: 1 to 500, 50 if not given.</summary>
    public int? Limit { get; init; }

    /// <summary>The <c>next</c> of the page before.</summary>
    public string? After { get; init; }

    /// <summary>The checked limit, or the problem to answer.</summary>
    public ProblemHttpResult? Check(out int limit)
    {
        limit = Limit ?? DefaultLimit;
        return limit is >= 1 and <= MaxLimit
            ? null
            : CommonErrors.BadQuery.ToProblem($"limit is a number from 1 to {MaxLimit}.", [new FieldError("limit", "out-of-range", $"1 to {MaxLimit}")]);
    }
}

/// <summary>Opaque keyset cursors: the sort key and the id of the last row, so that a page stays where it is while rows are added.</summary>
public static class KeysetCursor
{
    private const char Separator = '\u001f';

    public static string Encode(string key, Guid id) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{id:N}{Separator}{key}"));

    /// <summary>Reads a cursor; without one the position before the first row. False where it is not one of ours.</summary>
    public static bool TryDecode(string? cursor, out string key, out Guid id)
    {
        (key, id) = ("", Guid.Empty);
        if (cursor is null)
            return true;
        if (cursor.Length > 2_000 || !Base64Url.IsValid(cursor))
            return false;

        var text = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
        if (text.Length < 33 || text[32] != Separator || !Guid.TryParseExact(text.AsSpan(0, 32), "N", out id) || text.Contains('\0') || text.Contains('\uFFFD'))
            return false;

        key = text[33..];
        return true;
    }

    public static ProblemHttpResult Refuse() =>
        CommonErrors.BadCursor.ToProblem("Send the 'next' of a page as 'after', unchanged.", [new FieldError("after", "bad-cursor", "The next of a page")]);
}
