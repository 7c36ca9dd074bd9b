using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;
using Insp1r.Membership.Reference;
using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Membership.Imports;

/// <summary>
/// Dates as offices write them: 2014-05-01, 01/05/2014, 1.5.2014, 1 mai 2014, May 1, 2014, a spreadsheet's serial number. Whether 01/05/2014 begins
/// with the day or the month is decided by the whole column, where one of its dates can be read in one way only; else it is not guessed.
/// </summary>
internal sealed partial class ImportDates
{
    private const string Months = """
        1 january jan janvier janv enero ene
        2 february feb fevrier fev fevr febrero
        3 march mar mars marzo
        4 april apr avril avr abril abr
        5 may mai mayo
        6 june jun juin junio
        7 july jul juillet juil julio
        8 august aug aout agosto ago
        9 september sep sept septembre septiembre setiembre set
        10 october oct octobre octubre
        11 november nov novembre noviembre
        12 december dec decembre diciembre dic
        """;

    // From which day spreadsheets count.
    private static readonly DateOnly Zero = new(1899, 12, 30);
    private static readonly FrozenDictionary<string, int> MonthByName = Months.Split('\n').Select(line => line.Split(' '))
        .SelectMany(words => words.Skip(1).Select(word => (word, month: int.Parse(words[0])))).ToFrozenDictionary(pair => pair.word, pair => pair.month, StringComparer.Ordinal);

    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    private readonly bool? _dayFirst;

    public ImportDates(IEnumerable<string> column)
    {
        var (day, month) = (false, false);
        foreach (var match in column.Select(cell => Numbers.Match(TimeOfDay.Replace(cell, ""))).Where(match => match.Success))
        {
            var (first, second) = (int.Parse(match.Groups["first"].ValueSpan), int.Parse(match.Groups["second"].ValueSpan));
            day |= first > 12 && second <= 12;
            month |= second > 12 && first <= 12;
        }

        _dayFirst = day == month ? null : day;
    }

    /// <summary>The day, or null where <paramref name="errors"/> says why there is none.</summary>
    public DateOnly? Read(string cell, string pointer, FieldErrors errors)
    {
        var text = TimeOfDay.Replace(cell, "");
        if (DateOnly.TryParseExact(text, (string[])["yyyy-MM-dd", "yyyy/MM/dd", "yyyy.MM.dd", "yyyy-M-d", "yyyy/M/d", "yyyyMMdd"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var iso))
            return iso;
        if (Numbers.Match(text) is { Success: true } numbers)
            return OfNumbers(int.Parse(numbers.Groups["first"].ValueSpan), int.Parse(numbers.Groups["second"].ValueSpan), int.Parse(numbers.Groups["year"].ValueSpan), text.Contains('.'), pointer, errors);
        // 10,000 is in 1927, 80,000 in 2119; 2014 would be in 1905, and is a year.
        if (text.Length == 5 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var serial) && serial is >= 10_000 and <= 80_000)
            return Zero.AddDays(serial);
        if (OfWords(text) is { } day)
            return day;

        if (Unfinished.IsMatch(text))
            errors.Add(pointer, "incomplete-date", "The whole day, with four digits for the year, such as 2014-05-01.");
        else
            Bad(pointer, errors);
        return null;
    }

    private DateOnly? OfNumbers(int first, int second, int year, bool hasDots, string pointer, FieldErrors errors)
    {
        // With dots, nobody writes the month first.
        bool? dayFirst = hasDots || first > 12 || first == second ? true : second > 12 ? false : _dayFirst;
        if (dayFirst is null)
        {
            errors.Add(pointer, "ambiguous-date", $"The day or the month first? Nothing in this column tells. Write {year:d4}-{second:d2}-{first:d2} or {year:d4}-{first:d2}-{second:d2}.");
            return null;
        }

        var day = Of(year, dayFirst.Value ? second : first, dayFirst.Value ? first : second);
        if (day is null)
            Bad(pointer, errors);
        return day;
    }

    // 1er mai 2014, 1 de mayo de 2014, May 1st, 2014.
    private static DateOnly? OfWords(string text)
    {
        var (day, month, year) = (0, 0, 0);
        foreach (var word in SearchText.Fold(text).Split((char[])[' ', ',', '.', '-', '/'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (MonthByName.TryGetValue(word, out var named) && month == 0)
                month = named;
            else if (DayNumber.Match(word) is { Success: true } number && day == 0)
                day = int.Parse(number.Groups["day"].ValueSpan);
            else if (word.Length == 4 && int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var four) && year == 0)
                year = four;
            else if (word is not ("de" or "del" or "of" or "le" or "el" or "the"))
                return null;
        }

        return Of(year, month, day);
    }

    private static DateOnly? Of(int year, int month, int day) =>
        year is >= 1 and <= 9999 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month) ? new DateOnly(year, month, day) : null;

    private static void Bad(string pointer, FieldErrors errors) => errors.Add(pointer, "bad-date", "A day, such as 2014-05-01, 01/05/2014 or 1 May 2014.");

    [GeneratedRegex(@"^(?<first>[0-9]{1,2})\s*[/.-]\s*(?<second>[0-9]{1,2})\s*[/.-]\s*(?<year>[0-9]{4})$", Options)]
    private static partial Regex Numbers { get; }

    [GeneratedRegex(@"[T ][0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?( ?[AaPp][Mm])?Z?$", Options)]
    private static partial Regex TimeOfDay { get; }

    [GeneratedRegex("^(?<day>[0-9]{1,2})(er|st|nd|rd|th|o)?$", Options)]
    private static partial Regex DayNumber { get; }

    // A year, a month of a year, or a year of two digits.
    [GeneratedRegex(@"^([0-9]{4}|[0-9]{1,2}[/.-][0-9]{4}|[0-9]{4}[/.-][0-9]{1,2}|\p{L}+\.? [0-9]{4}|[0-9]{1,2}[/. -]([0-9]{1,2}|\p{L}+)[/. -][0-9]{2})$", Options)]
    private static partial Regex Unfinished { get; }
}
