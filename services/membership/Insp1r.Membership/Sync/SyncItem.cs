using System.Globalization;
using System.Text.Json;
using Insp1r.Membership.Affiliations;
using Insp1r.Membership.Data;
using Insp1r.Membership.Organisations;
using Insp1r.Membership.Reference;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Membership.Sync;

/// <summary>One valid item of a batch.</summary>
/// <param name="MemberSince">The first day of its membership, where the item creates the record; else it is not looked at. Null: the day on which it comes.</param>
internal sealed record SyncItem(string ExternalId, int Colon, string Node, OrganisationContent Content, int? BaseVersion, DateOnly? MemberSince)
{
    /// <summary>The record that it is about, where an import knows it and it has no external id; else the external id finds it.</summary>
    public Guid? Record { get; init; }
}

/// <summary>
/// Reads one item as strictly as a POST is read, by hand: a wrong member gets a pointer and a reason, and a hundred thousand items
/// cost no reflection. Not thread-safe: it keeps the last node, since a file mostly names one.
/// </summary>
internal sealed class SyncItemReader(DateTimeOffset now)
{
    private const int MaxListed = 20;
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 16 };
    private static readonly string[] Members = ["type", "externalId", "node", "name", "names", "acronym", "country", "types", "website", "baseVersion", "memberSince"];

    private string _lastNode = "";

    /// <summary>The item, or null where <paramref name="errors"/> says what is wrong; the external id is given wherever it could be read.</summary>
    public SyncItem? Read(ReadOnlySpan<byte> json, FieldErrors errors, out string? externalId)
    {
        var draft = default(Draft);
        try
        {
            var reader = new Utf8JsonReader(json, Options);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
                errors.Add("", "wrong-type", "An item is a JSON object.");
            else
                ReadMembers(ref reader, ref draft, errors);
            while (reader.Read())
            {
                // What follows the item on its line is an error that the reader throws.
            }
        }
        catch (JsonException e)
        {
            externalId = draft.ExternalId;
            errors.Add("", "bad-json", $"Not JSON at byte {e.BytePositionInLine}.");
            return null;
        }

        externalId = draft.ExternalId;
        return Check(draft, errors);
    }

    private void ReadMembers(ref Utf8JsonReader reader, ref Draft draft, FieldErrors errors)
    {
        var seen = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var member = MemberOf(ref reader);
            if (member < 0)
            {
                errors.Add($"/{FieldErrors.Escape(Text(ref reader) ?? "")}", "unknown-member", $"Members are {string.Join(", ", Members)}.");
                reader.Skip();
                continue;
            }

            if ((seen & (1 << member)) != 0)
                errors.Add($"/{Members[member]}", "repeated", "Each member once.");
            seen |= 1 << member;
            reader.Read();
            ReadMember(member, ref reader, ref draft, errors);
        }
    }

    private static int MemberOf(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("externalId"u8) ? 1
        : reader.ValueTextEquals("name"u8) ? 3
        : reader.ValueTextEquals("node"u8) ? 2
        : reader.ValueTextEquals("country"u8) ? 6
        : reader.ValueTextEquals("types"u8) ? 7
        : reader.ValueTextEquals("type"u8) ? 0
        : reader.ValueTextEquals("names"u8) ? 4
        : reader.ValueTextEquals("acronym"u8) ? 5
        : reader.ValueTextEquals("website"u8) ? 8
        : reader.ValueTextEquals("baseVersion"u8) ? 9
        : reader.ValueTextEquals("memberSince"u8) ? 10
        : -1;

    private void ReadMember(int member, ref Utf8JsonReader reader, ref Draft draft, FieldErrors errors)
    {
        switch (member)
        {
            case 0:
                draft.HasType = true;
                draft.IsOrganisation = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("organisation"u8);
                reader.Skip();
                break;
            case 1:
                draft.ExternalId = ReadText("/externalId", ref reader, errors);
                break;
            case 2:
                // The same string for the same node: most files name one.
                if (reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(_lastNode))
                    draft.Node = _lastNode;
                else
                    draft.Node = ReadText("/node", ref reader, errors);
                break;
            case 3:
                draft.Name = ReadText("/name", ref reader, errors);
                break;
            case 4:
                draft.Names = ReadNames(ref reader, errors);
                break;
            case 5:
                draft.Acronym = ReadText("/acronym", ref reader, errors);
                break;
            case 6:
                draft.Country = ReadCountry(ref reader, errors);
                break;
            case 7:
                draft.Types = ReadTypes(ref reader, errors);
                break;
            case 8:
                draft.Website = ReadText("/website", ref reader, errors);
                break;
            case 9:
                if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var version) && version > 0)
                    draft.BaseVersion = version;
                else if (reader.TokenType != JsonTokenType.Null)
                    errors.Add("/baseVersion", "wrong-type", "A version that you read: a number from 1.");
                reader.Skip();
                break;
            default:
                draft.MemberSince = ReadDay(ref reader, errors);
                break;
        }
    }

    private static string? ReadText(string pointer, ref Utf8JsonReader reader, FieldErrors errors)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        if (reader.TokenType == JsonTokenType.String)
        {
            if (Text(ref reader) is { } text)
                return text;
            errors.Add(pointer, "bad-character", "Control characters and broken surrogate pairs are not allowed, and the file must be UTF-8.");
            return "-";
        }

        errors.Add(pointer, "wrong-type", "A text is expected.");
        reader.Skip();
        return "-";
    }

    private static DateOnly? ReadDay(ref Utf8JsonReader reader, FieldErrors errors)
    {
        if (reader.TokenType == JsonTokenType.String && DateOnly.TryParseExact(Text(ref reader), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            return day;
        if (reader.TokenType != JsonTokenType.Null)
            errors.Add("/memberSince", "bad-date", "A day, such as 2014-05-01.");
        reader.Skip();
        return null;
    }

    // Null where the text has no UTF-16 form: an unpaired surrogate, or bytes that are not UTF-8.
    private static string? Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static string? ReadCountry(ref Utf8JsonReader reader, FieldErrors errors)
    {
        if (reader.TokenType == JsonTokenType.Number)
            return System.Text.Encoding.ASCII.GetString(reader.ValueSpan);

        Span<char> code = stackalloc char[3];
        if (reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped && reader.ValueSpan.Length <= 3
            && System.Text.Ascii.ToUtf16(reader.ValueSpan, code, out var length) == System.Buffers.OperationStatus.Done
            && Countries.TryParse(code[..length], out var alpha2))
            return alpha2;
        return ReadText("/country", ref reader, errors);
    }

    private static SortedDictionary<string, string>? ReadNames(ref Utf8JsonReader reader, FieldErrors errors)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            errors.Add("/names", "wrong-type", "Texts by language, such as {\"fr\": \"...\"}.");
            reader.Skip();
            return null;
        }

        var names = new SortedDictionary<string, string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var language = reader.ValueTextEquals("fr"u8) ? "fr" : reader.ValueTextEquals("en"u8) ? "en" : reader.ValueTextEquals("es"u8) ? "es" : Text(ref reader) ?? "";
            reader.Read();
            if (names.Count >= MaxListed)
                reader.Skip();
            else if (!names.TryAdd(language, ReadText($"/names/{FieldErrors.Escape(language)}", ref reader, errors) ?? ""))
                errors.Add($"/names/{FieldErrors.Escape(language)}", "repeated", "Each language once.");
        }

        return names;
    }

    // The set as bits; -1 where the member is not there, or null.
    private static int? ReadTypes(ref Utf8JsonReader reader, FieldErrors errors)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            errors.Add("/types", "wrong-type", "A list of movement types.");
            reader.Skip();
            return 1;
        }

        var bits = 0;
        for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
        {
            var bit = reader.TokenType == JsonTokenType.String ? MovementTypes.Bit(ref reader) : 0;
            reader.Skip();
            if (index > MaxListed)
                continue;
            if (bit == 0)
                OrganisationRules.UnknownType(errors, index);
            else if ((bits & bit) != 0)
                OrganisationRules.RepeatedType(errors, index);
            bits |= bit;
        }

        if (bits == 0 && !errors.Any)
            OrganisationRules.NoTypes(errors);
        return bits;
    }

    private SyncItem? Check(in Draft draft, FieldErrors errors)
    {
        if (errors.Any)
            return null;

        if (!draft.IsOrganisation)
            errors.Add("/type", draft.HasType ? "unknown-item-type" : "required", "The type of an item is organisation.");
        var colon = 0;
        if (draft.ExternalId is null || !OrganisationRules.IsExternalId(draft.ExternalId, out colon))
            OrganisationRules.BadExternalId(errors, "/externalId");
        if (!ReferenceEquals(draft.Node, _lastNode))
        {
            if (NodePath.IsValid(draft.Node))
                _lastNode = draft.Node!;
            else
                errors.Add("/node", "bad-path", "A node's path, such as insp1r.africa.rw.");
        }

        OrganisationRules.Name(errors, draft.Name);
        OrganisationRules.Names(errors, draft.Names);
        OrganisationRules.Acronym(errors, draft.Acronym);
        var country = OrganisationRules.Country(errors, draft.Country);
        if (draft.Types is null)
            OrganisationRules.NoTypes(errors);
        OrganisationRules.Website(errors, draft.Website);
        errors.NotInFuture("/memberSince", draft.MemberSince, now);
        if (errors.Any)
            return null;

        var names = draft.Names is { Count: > 0 } ? draft.Names : LanguageTexts.None;
        return new SyncItem(
            draft.ExternalId!, colon, draft.Node!,
            new OrganisationContent(draft.Name!, names, draft.Acronym, country, MovementTypes.Of(draft.Types!.Value), draft.Website),
            draft.BaseVersion, draft.MemberSince);
    }

    private struct Draft
    {
        public bool HasType;
        public bool IsOrganisation;
        public string? ExternalId;
        public string? Node;
        public string? Name;
        public SortedDictionary<string, string>? Names;
        public string? Acronym;
        public string? Country;
        public int? Types;
        public string? Website;
        public int? BaseVersion;
        public DateOnly? MemberSince;
    }
}
