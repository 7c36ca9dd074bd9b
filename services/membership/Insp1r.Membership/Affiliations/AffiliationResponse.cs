using System.Diagnostics.CodeAnalysis;
using Insp1r.ServiceDefaults.Http;
using Npgsql;

namespace Insp1r.Membership.Affiliations;

/// <summary>
/// An affiliation as it was on the day that was asked for. <c>status</c> is applied, admitted, active, suspended, withdrawn, excluded or
/// lapsed; <c>until</c> the day from which on it is over; <c>throughId</c> the federation that an inherited standing comes through.
/// <c>recordedAt</c> later than <c>since</c> says that it was entered afterwards.
/// </summary>
internal sealed record AffiliationResponse(
    Guid Id, int Version, Guid OrganisationId, string Organisation, string Node, string Category, string Status, bool MayVote, bool MaySignOn, DateOnly Since, DateOnly? Until,
    Guid? ThroughId, DateTimeOffset RecordedAt) : IVersioned
{
    /// <summary>The columns that <see cref="Read"/> takes, of a row named a (of affiliation or affiliation_at) and the organisation's o.</summary>
    public const string Columns = "a.id, a.version, a.organisation_id, o.name, a.node, a.category, a.status, a.since, a.until, a.through_id, a.recorded_at";

    public static AffiliationResponse Of(Affiliation a, string organisation) => new(
        a.Id, a.Version, a.OrganisationId, organisation, a.Node, a.Category, a.Status, a.State.MayVote, a.State.MaySignOn, a.Since, a.Until, a.ThroughId, a.RecordedAt);

    [SuppressMessage("Usage", "MA0042:Do not use blocking calls in an async method", Justification = "The columns of a row that was read are in memory.")]
    public static AffiliationResponse Read(NpgsqlDataReader row)
    {
        var (category, status) = (row.GetString(5), row.GetString(6));
        return new AffiliationResponse(
            row.GetGuid(0), row.GetInt32(1), row.GetGuid(2), row.GetString(3), row.GetString(4), category, status,
            AffiliationCategory.MayVote(category, status), AffiliationCategory.MaySignOn(category, status), row.GetFieldValue<DateOnly>(7),
            row.IsDBNull(8) ? null : row.GetFieldValue<DateOnly>(8), row.IsDBNull(9) ? null : row.GetGuid(9), row.GetFieldValue<DateTimeOffset>(10));
    }
}

/// <summary>
/// <c>effective</c> is the first day on which it counts; <c>revokedAt</c> says that it was recorded by mistake and counts no more; <c>decisionId</c> is the
/// body's decision; <c>affiliationId</c> the period that it belongs to, of an organisation that was a member several times.
/// </summary>
internal sealed record MoveResponse(
    Guid Id, DateOnly Effective, string Status, string Category, string Reason, string DecidedBy, DateOnly DecidedOn, bool IsCorrection, string RecordedBy,
    DateTimeOffset RecordedAt, DateTimeOffset? RevokedAt, string? RevokedReason, Guid? DecisionId, Guid AffiliationId)
{
    public static MoveResponse Of(AffiliationMove m) => new(
        m.Id, m.Effective, m.Status, m.Category, m.Reason, m.DecidedBy, m.DecidedOn, m.IsCorrection, m.RecordedBy, m.RecordedAt, m.RevokedAt, m.RevokedReason, m.DecisionId,
        m.AffiliationId);
}
