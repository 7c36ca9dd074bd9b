using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Membership.Imports;

/// <summary>A row as its program numbers it, from 1, with the blank rows and what stands above the headers.</summary>
internal sealed record TableRow(int Number, string[] Cells)
{
    public string Cell(int column) => column >= 0 && column < Cells.Length ? Cells[column] : "";
}

/// <summary>The file as headers and rows, whatever format it came in.</summary>
internal sealed record ImportTable(string[] Headers, IReadOnlyList<TableRow> Rows)
{
    public const int MaxRows = 20_000;
    public const int MaxColumns = 200;
    public const int MaxCell = 10_000;

    /// <summary>How far down headers are looked for: above them there may be a title.</summary>
    public const int MaxAbove = 20;

    /// <summary>What an answer puts in front, so that a file that comes back is known by it.</summary>
    public static readonly string[] Added = ["result", "code", "message"];

    /// <summary>Finds the headers among the rows that are not blank, and takes off what an earlier answer put in front.</summary>
    public static ImportTable? Of(IReadOnlyList<TableRow> rows, IReadOnlyDictionary<string, string?> mapping, FieldErrors errors)
    {
        if (rows.Count == 0)
        {
            errors.Add("", "empty", "There is nothing in the file.");
            return null;
        }

        var header = rows.Take(MaxAbove).FirstOrDefault(row => ImportColumns.Recognised(row.Cells, mapping) > 1) ?? rows[0];
        var cut = header.Cells.Length > Added.Length && header.Cells.AsSpan(0, Added.Length).SequenceEqual(Added) ? Added.Length : 0;
        return new ImportTable(
            header.Cells[cut..],
            [.. rows.Where(row => row.Number > header.Number).Select(row => row with { Cells = row.Cells.Length > cut ? row.Cells[cut..] : [] }).Where(row => row.Cells.Any(cell => cell.Length > 0))]);
    }
}

/// <summary>Collects rows within bounds: what a file has beyond them is told, and never held in memory.</summary>
internal sealed class TableRows
{
    private readonly List<string> _cells = [];

    public List<TableRow> Kept { get; } = [];

    /// <summary>More than the 20,000 rows that are taken, and the few that may stand above the headers.</summary>
    public bool IsTooLong { get; private set; }

    public int Number { get; private set; }

    public void Cell(string text, FieldErrors errors)
    {
        if (text.Length > ImportTable.MaxCell && !errors.Any)
            errors.Add("", "too-long", $"Row {Number + 1} has a cell of more than {ImportTable.MaxCell} characters.");
        else if (_cells.Count < ImportTable.MaxColumns)
            _cells.Add(Clean(text));
        else if (text.Length > 0 && !errors.Any)
            errors.Add("", "too-many-columns", $"Row {Number + 1} has more than {ImportTable.MaxColumns} columns.");
    }

    public void End()
    {
        Number++;
        var length = _cells.FindLastIndex(cell => cell.Length > 0) + 1;
        if (length > 0)
            Kept.Add(new TableRow(Number, [.. _cells.Take(length)]));
        _cells.Clear();
        IsTooLong = Kept.Count > ImportTable.MaxRows + ImportTable.MaxAbove;
    }

    private static string Clean(string text) => text.Length == 0 ? "" : text.Replace('\u00a0', ' ').Replace('\u202f', ' ').Trim();
}
