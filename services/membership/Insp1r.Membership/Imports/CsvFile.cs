using System.Buffers;
using System.Text;
using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Membership.Imports;

/// <summary>How a CSV file is written: an answer is written the same way.</summary>
internal sealed record CsvForm(Encoding Encoding, char Delimiter)
{
    // A byte order mark, without which spreadsheet programs take UTF-8 for something else.
    public static readonly CsvForm Usual = new(new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), ',');
}

/// <summary>
/// CSV as offices have it: comma, semicolon, tab or bar; UTF-8, UTF-16 or Windows-1252; quotes as in RFC 4180, with line breaks inside.
/// </summary>
internal static class CsvFile
{
    private const int Sample = 64 * 1024;
    private static readonly char[] Delimiters = [',', ';', '\t', '|'];

    /// <summary>The form of the file, found from its bytes unless <paramref name="charset"/> says the encoding; null where it is no text.</summary>
    public static (CsvForm Form, TableRows Rows)? Read(byte[] bytes, string? charset, IReadOnlyDictionary<string, string?> mapping, FieldErrors errors)
    {
        if (Decode(bytes, charset) is not (var encoding, { } text) || text.Contains('\0'))
        {
            errors.Add("", "no-text", "This is neither a spreadsheet (.xlsx) nor a text in UTF-8, UTF-16 or Windows-1252.");
            return null;
        }

        // What could not be read, here or by a program before.
        var garbled = text.IndexOf('\uFFFD', StringComparison.Ordinal);
        if (garbled >= 0)
        {
            errors.Add("", "garbled-text", $"In line {text.AsSpan(0, garbled).Count('\n') + 1} a character is damaged. Mend it there and save the file as UTF-8: names would be recorded with it.");
            return null;
        }

        var delimiter = Delimiters.MaxBy(candidate => Fit(text, candidate, mapping));
        return (new CsvForm(encoding, delimiter), Split(text, delimiter, int.MaxValue, errors));
    }

    public static byte[] Write(CsvForm form, IEnumerable<IReadOnlyList<string>> rows)
    {
        using var stream = new MemoryStream();
        using (var writer = new StreamWriter(stream, form.Encoding, leaveOpen: true))
        {
            foreach (var row in rows)
            {
                for (var i = 0; i < row.Count; i++)
                {
                    if (i > 0)
                        writer.Write(form.Delimiter);
                    writer.Write(Quoted(row[i], form.Delimiter));
                }

                writer.Write("\r\n");
            }
        }

        return stream.ToArray();
    }

    private static string Quoted(string cell, char delimiter) =>
        cell.AsSpan().IndexOfAny("\"\r\n") >= 0 || cell.Contains(delimiter) ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell;

    private static (Encoding, string?) Decode(byte[] bytes, string? charset)
    {
        if (bytes.AsSpan().StartsWith<byte>([0xEF, 0xBB, 0xBF]))
            return (CsvForm.Usual.Encoding, CsvForm.Usual.Encoding.GetString(bytes, 3, bytes.Length - 3));
        if (bytes.AsSpan().StartsWith<byte>([0xFF, 0xFE]))
            return (Encoding.Unicode, Encoding.Unicode.GetString(bytes, 2, bytes.Length - 2));
        if (bytes.AsSpan().StartsWith<byte>([0xFE, 0xFF]))
            return (Encoding.BigEndianUnicode, Encoding.BigEndianUnicode.GetString(bytes, 2, bytes.Length - 2));
        // Many say UTF-8, or nothing but ASCII, of whatever they send.
        if (charset is not null && !charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) && !charset.Equals("us-ascii", StringComparison.OrdinalIgnoreCase))
        {
            var said = CodePagesEncodingProvider.Instance.GetEncoding(charset) ?? Known(charset);
            return said is null ? (CsvForm.Usual.Encoding, null) : (said, said.GetString(bytes));
        }

        if (ZeroesAt(bytes, 1) > 3 * ZeroesAt(bytes, 0))
            return (new UnicodeEncoding(bigEndian: false, byteOrderMark: false), Encoding.Unicode.GetString(bytes));
        if (ZeroesAt(bytes, 0) > 3 * ZeroesAt(bytes, 1))
            return (new UnicodeEncoding(bigEndian: true, byteOrderMark: false), Encoding.BigEndianUnicode.GetString(bytes));
        if (IsUtf8(bytes))
            return (CsvForm.Usual.Encoding, Encoding.UTF8.GetString(bytes));
        // Every sequence of bytes is some text in Windows-1252: the last resort, and what older spreadsheet programs write.
        var western = CodePagesEncodingProvider.Instance.GetEncoding(1252)!;
        return (western, western.GetString(bytes));
    }

    // In Windows-1252 what looks like a letter of UTF-8 is chance; in UTF-8 a byte that is none is damage, and no reason to read all others as something else.
    private static bool IsUtf8(ReadOnlySpan<byte> bytes)
    {
        var (letters, faults) = (0, 0);
        while (!bytes.IsEmpty)
        {
            if (bytes[0] < 0x80)
            {
                var ascii = bytes.IndexOfAnyInRange((byte)0x80, (byte)0xFF);
                bytes = ascii < 0 ? [] : bytes[ascii..];
                continue;
            }

            if (Rune.DecodeFromUtf8(bytes, out _, out var length) == OperationStatus.Done)
                letters++;
            else
                faults++;
            bytes = bytes[length..];
        }

        return letters >= faults;
    }

    private static Encoding? Known(string charset)
    {
        try
        {
            return Encoding.GetEncoding(charset);
        }
        catch (ArgumentException)
        {
            return null;
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }

    private static int ZeroesAt(byte[] bytes, int first)
    {
        var zeroes = 0;
        for (var i = first; i < Math.Min(bytes.Length, Sample); i += 2)
            zeroes += bytes[i] == 0 ? 1 : 0;
        return zeroes;
    }

    // The delimiter that makes the most headers known; without any, the one that makes the most columns.
    private static int Fit(string text, char delimiter, IReadOnlyDictionary<string, string?> mapping)
    {
        var rows = Split(text[..Math.Min(text.Length, Sample)], delimiter, ImportTable.MaxAbove, new FieldErrors()).Kept;
        return rows.Count == 0 ? 0 : rows.Max(row => (ImportColumns.Recognised(row.Cells, mapping) * 1_000) + row.Cells.Length);
    }

    private static TableRows Split(string text, char delimiter, int most, FieldErrors errors)
    {
        var rows = new TableRows();
        var cell = new StringBuilder();
        var at = 0;
        while (at < text.Length && rows.Kept.Count < most && !rows.IsTooLong && !errors.Any)
        {
            cell.Clear();
            if (text[at] == '"')
                at = TakeQuoted(text, at + 1, cell, rows.Number + 1, errors);
            var end = text.AsSpan(at).IndexOfAny(delimiter, '\r', '\n');
            end = end < 0 ? text.Length : at + end;
            // What follows a closing quote belongs to the cell: strictly it should not be there.
            cell.Append(text, at, end - at);
            rows.Cell(cell.ToString(), errors);
            at = end + 1;
            if (end < text.Length && text[end] == delimiter)
            {
                // A delimiter that ends the file is followed by an empty cell: nothing to keep.
                if (at == text.Length)
                    rows.End();
                continue;
            }

            if (end + 1 < text.Length && text[end] == '\r' && text[end + 1] == '\n')
                at++;
            rows.End();
        }

        return rows;
    }

    private static int TakeQuoted(string text, int at, StringBuilder cell, int row, FieldErrors errors)
    {
        while (true)
        {
            var quote = text.IndexOf('"', at);
            if (quote < 0)
            {
                errors.Add("", "unclosed-quote", $"In row {row} a quotation mark opens a cell that no other closes.");
                return text.Length;
            }

            cell.Append(text, at, quote - at);
            if (quote + 1 == text.Length || text[quote + 1] != '"')
                return quote + 1;
            cell.Append('"');
            at = quote + 2;
        }
    }
}
