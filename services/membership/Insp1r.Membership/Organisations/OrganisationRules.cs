using Insp1r.Membership.Reference;
using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Membership.Organisations;

/// <summary>What holds for an organisation's fields, whichever way they come in.</summary>
internal static class OrganisationRules
{
    public const int MaxName = 300;
    public const int MaxAcronym = 40;
    public const int MaxExternalIds = 10;
    public const int MaxNamespace = 40;
    public const int MaxExternalValue = 100;

    public static void Name(FieldErrors errors, string? name) => errors.Required("/name", name, MaxName);

    public static void Names(FieldErrors errors, IReadOnlyDictionary<string, string>? names) => errors.Languages("/names", names, MaxName, required: false);

    public static void Acronym(FieldErrors errors, string? acronym)
    {
        if (acronym is not null)
            errors.Required("/acronym", acronym, MaxAcronym);
    }

    /// <summary>Gives alpha-2 for whichever code came in; empty where it is none.</summary>
    public static string Country(FieldErrors errors, string? code)
    {
        if (Countries.TryParse(code, out var alpha2))
            return alpha2;
        if (string.IsNullOrEmpty(code))
            errors.Add("/country", "required", "An ISO 3166-1 code: RW, RWA or 646.");
        else
            errors.Add("/country", "unknown-country", $"'{(code.Length > 20 ? code[..20] : code)}' is not an ISO 3166-1 code such as RW, RWA or 646.");
        return "";
    }

    public static void Types(FieldErrors errors, IReadOnlyList<string>? types)
    {
        if (types is null or { Count: 0 })
        {
            NoTypes(errors);
            return;
        }

        var bits = 0;
        for (var i = 0; i < types.Count; i++)
        {
            var bit = MovementTypes.Bit(types[i]);
            if (bit == 0)
                UnknownType(errors, i);
            else if ((bits & bit) != 0)
                RepeatedType(errors, i);
            bits |= bit;
            // A list of a million wrong types is told of its first ones.
            if (i > MovementTypes.MaxTypes)
                return;
        }
    }

    public static void NoTypes(FieldErrors errors) =>
        errors.Add("/types", "required", $"One or more of {string.Join(", ", MovementTypes.All)}.");

    public static void UnknownType(FieldErrors errors, int index) =>
        errors.Add($"/types/{index}", "unknown-type", $"One of {string.Join(", ", MovementTypes.All)}.");

    public static void RepeatedType(FieldErrors errors, int index) => errors.Add($"/types/{index}", "repeated", "Each type once.");

    public static void Website(FieldErrors errors, string? website) => errors.WebAddress("/website", website);

    public static void ExternalIds(FieldErrors errors, IReadOnlyList<string>? ids)
    {
        if (ids is null)
            return;
        if (ids.Count > MaxExternalIds)
        {
            errors.Add("/externalIds", "too-many", $"At most {MaxExternalIds}.");
            return;
        }

        for (var i = 0; i < ids.Count; i++)
        {
            if (!IsExternalId(ids[i], out _))
                BadExternalId(errors, $"/externalIds/{i}");
            else if (ids.Take(i).Contains(ids[i], StringComparer.Ordinal))
                errors.Add($"/externalIds/{i}", "repeated", "Each id once.");
        }
    }

    public static void BadExternalId(FieldErrors errors, string pointer) => errors.Add(
        pointer, "bad-external-id",
        $"namespace:value, such as zamuka:0001. The namespace has 1 to {MaxNamespace} lower-case letters, digits and hyphens, the value 1 to {MaxExternalValue} letters, digits and . _ ~ @ : = + / -");

    /// <summary>True for <c>namespace:value</c>; gives the place of its first colon. The value's characters need no escape in JSON.</summary>
    public static bool IsExternalId(ReadOnlySpan<char> id, out int colon)
    {
        colon = id.IndexOf(':');
        return colon is > 0 and <= MaxNamespace && id.Length - colon - 1 is > 0 and <= MaxExternalValue
            && !id[..colon].ContainsAnyExcept(NamespaceCharacters) && !id[(colon + 1)..].ContainsAnyExcept(ValueCharacters);
    }

    private static readonly System.Buffers.SearchValues<char> NamespaceCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    private static readonly System.Buffers.SearchValues<char> ValueCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~@:=+/-");
}
