using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Insp1r.Membership.Data;
using Insp1r.Membership.Organisations;
using Insp1r.Membership.Strength;
using Insp1r.ServiceDefaults.Http;
using Npgsql;

namespace Insp1r.Membership.Services;

/// <summary>
/// What an organisation offers. <c>kind</c> is health-insurance, microcredit and the like, or other, with <c>otherKind</c> saying which; <c>branches</c> are of the nine
/// of ILO C102 and may be none; <c>from</c> is the first and <c>to</c> the last day, where known; <c>reach</c> is how many people used it, year by year;
/// <c>withdrawnAt</c> says that it was recorded by mistake and is in no list: its history has the reason.
/// </summary>
internal sealed record ServiceResponse(
    Guid Id, int Version, Guid OrganisationId, string Organisation, string Node, string Kind, string? OtherKind, IReadOnlyList<string> Branches,
    IReadOnlyList<string> TargetGroups, IReadOnlyList<string> Countries, IReadOnlyDictionary<string, string> Description, DateOnly? From, DateOnly? To,
    string? Source, string? SourceUrl, IReadOnlyList<Headcount> Reach, DateTimeOffset RecordedAt, DateTimeOffset UpdatedAt, DateTimeOffset? WithdrawnAt) : IVersioned
{
    bool IVersioned.VersionTellsAll => false;

    /// <summary>The columns that <see cref="Read"/> takes, of a row of member_service named s and o, of the organisation that stands for its own.</summary>
    public const string Columns = """
        s.id, s.version, o.id, o.name, o.node, s.kind, s.other_kind, s.branches, s.target_groups, s.countries, s.description::text, s.starts_on, s.ends_on,
        s.source, s.source_url, s.reach::text, s.recorded_at, s.updated_at, s.withdrawn_at
        """;

    public static ServiceResponse Of(MemberService s, MemberOrganisation standing) => new(
        s.Id, s.Version, standing.Id, standing.Name, standing.Node, s.Kind, s.OtherKind, s.Branches, s.TargetGroups, s.Countries, s.Description, s.StartsOn, s.EndsOn,
        s.Source, s.SourceUrl, s.Reach, s.RecordedAt, s.UpdatedAt, s.WithdrawnAt);

    [SuppressMessage("Usage", "MA0042:Do not use blocking calls in an async method", Justification = "The columns of a row that was read are in memory.")]
    public static ServiceResponse Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetInt32(1), row.GetGuid(2), row.GetString(3), row.GetString(4), row.GetString(5), row.IsDBNull(6) ? null : row.GetString(6),
        row.GetFieldValue<string[]>(7), row.GetFieldValue<string[]>(8), row.GetFieldValue<string[]>(9), LanguageTexts.FromJson(row.GetString(10)),
        row.IsDBNull(11) ? null : row.GetFieldValue<DateOnly>(11), row.IsDBNull(12) ? null : row.GetFieldValue<DateOnly>(12),
        row.IsDBNull(13) ? null : row.GetString(13), row.IsDBNull(14) ? null : row.GetString(14),
        JsonSerializer.Deserialize<IReadOnlyList<Headcount>>(row.GetString(15), JsonDefaults.Options)!, row.GetFieldValue<DateTimeOffset>(16), row.GetFieldValue<DateTimeOffset>(17),
        row.IsDBNull(18) ? null : row.GetFieldValue<DateTimeOffset>(18));
}
