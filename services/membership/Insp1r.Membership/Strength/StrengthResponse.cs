using Insp1r.Membership.Organisations;
using Insp1r.ServiceDefaults.Http;

namespace Insp1r.Membership.Strength;

/// <summary>
/// How many affiliates an organisation had in a year. <c>reason</c> says why it was corrected, <c>supersededAt</c> that a correction has taken its place, or,
/// with a <c>withdrawnReason</c>, that it was withdrawn.
/// </summary>
internal sealed record StrengthResponse(
    Guid Id, int Version, Guid OrganisationId, string Node, Headcount Affiliates, string? Reason, string RecordedBy, DateTimeOffset RecordedAt, DateTimeOffset? SupersededAt, string? WithdrawnReason) : IVersioned
{
    bool IVersioned.VersionTellsAll => false;

    public static StrengthResponse Of(MemberStrength s, MemberOrganisation standing) =>
        new(s.Id, s.Version, standing.Id, standing.Node, s.Affiliates, s.Reason, s.RecordedBy, s.RecordedAt, s.SupersededAt, s.WithdrawnReason);
}
