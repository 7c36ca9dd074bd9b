using System.Text.RegularExpressions;

namespace Insp1r.Membership.Imports;

/// <summary>
/// What a spreadsheet program puts in a cell whose formula failed, such as <c>#N/A</c>, <c>#REF!</c> or <c>#NOMBRE?</c>: in a
/// spreadsheet, and in a CSV that was made of one. What the cell should say is lost, so it is neither a value nor an empty cell.
/// </summary>
internal static partial class SpreadsheetErrors
{
    public static bool Is(string cell) => cell.StartsWith('#') && Error().IsMatch(cell);

    [GeneratedRegex("^#(?:N/[AD]|GETTING_DATA|[¡¿]?[\\p{Lu}0-9/_]+[!?])$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Error();
}
