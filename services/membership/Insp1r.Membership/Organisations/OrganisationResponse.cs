using System.Diagnostics.CodeAnalysis;
using Insp1r.Membership.Data;
using Insp1r.ServiceDefaults.Http;
using Npgsql;

namespace Insp1r.Membership.Organisations;

/// <summary>
/// A member organisation. <c>node</c> is the path of its network, <c>country</c> ISO 3166-1 alpha-2, <c>status</c> that of its
/// affiliation to that network, null as of a day before that began, when it was a member elsewhere; <c>externalIds</c> are its ids in other systems, as namespace:value.
/// </summary>
internal sealed record OrganisationResponse(
    Guid Id, int Version, string Node, string Name, IReadOnlyDictionary<string, string> Names, string? Acronym, string Country,
    IReadOnlyList<string> Types, string? Website, string? Status, IReadOnlyList<string> ExternalIds, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
    : IVersioned
{
    /// <summary>The columns that <see cref="Read"/> takes, of a row named o.</summary>
    public const string Columns =
        "o.id, o.version, o.node, o.name, o.names::text, o.acronym, o.country, o.types, o.website, o.status, o.external_ids, o.created_at, o.updated_at";

    public static OrganisationResponse Of(MemberOrganisation o) => new(
        o.Id, o.Version, o.Node, o.Name, o.Names, o.Acronym, o.Country, o.Types, o.Website, o.Status, o.ExternalIds, o.CreatedAt, o.UpdatedAt);

    [SuppressMessage("Usage", "MA0042:Do not use blocking calls in an async method", Justification = "The columns of a row that was read are in memory.")]
    public static OrganisationResponse Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetInt32(1), row.GetString(2), row.GetString(3), LanguageTexts.FromJson(row.GetString(4)),
        row.IsDBNull(5) ? null : row.GetString(5), row.GetString(6), row.GetFieldValue<string[]>(7), row.IsDBNull(8) ? null : row.GetString(8),
        row.IsDBNull(9) ? null : row.GetString(9), row.GetFieldValue<string[]>(10), row.GetFieldValue<DateTimeOffset>(11), row.GetFieldValue<DateTimeOffset>(12));
}
