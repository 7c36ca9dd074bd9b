using Insp1r.ServiceDefaults.Access;

namespace Insp1r.ServiceDefaults.Problems;

/// <summary>Checks that several records share.</summary>
public static class CommonFields
{
    private const int MaxReason = 2_000;
    private const int MaxAddress = 500;
    private static readonly DateOnly Earliest = new(1900, 1, 1);
    private static readonly DateOnly Latest = new(2200, 1, 1);

    public static void Node(this FieldErrors errors, string pointer, string node)
    {
        if (!NodePath.IsValid(node))
            errors.Add(pointer, "bad-node", "A node's path, such as insp1r.africa.rw.");
    }

    public static void Country(this FieldErrors errors, string pointer, string? country)
    {
        if (country is not null && (country.Length != 2 || !country.All(char.IsAsciiLetterUpper)))
            errors.Add(pointer, "bad-country", "ISO 3166-1 alpha-2, such as RW.");
    }

    public static void Date(this FieldErrors errors, string pointer, DateOnly? date)
    {
        if (date < Earliest || date > Latest)
            errors.Add(pointer, "out-of-range", "A day between 1900 and 2200.");
    }

    public static void NotInFuture(this FieldErrors errors, string pointer, DateOnly? day, DateTimeOffset now)
    {
        // Somewhere in the world it is tomorrow already.
        if (day > DateOnly.FromDateTime(now.UtcDateTime).AddDays(1) || day?.Year < 1800)
            errors.Add(pointer, "out-of-range", "A day that is not in the future.");
    }

    /// <summary>Why somebody does what is looked at later.</summary>
    public static void Reason(this FieldErrors errors, string? reason) => errors.Required("/reason", reason, MaxReason);

    /// <summary>An address in the web, if one is given.</summary>
    public static void WebAddress(this FieldErrors errors, string pointer, string? text)
    {
        if (text is null)
            return;
        errors.Text(pointer, text, MaxAddress);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
            errors.Add(pointer, "bad-address", "An address that begins with https:// or http://.");
    }

    public static void Period(this FieldErrors errors, string pointer, DateOnly? startsOn, DateOnly? endsOn)
    {
        if (endsOn < startsOn)
            errors.Add(pointer, "ends-before-start", "The end lies before the start.");
    }
}
