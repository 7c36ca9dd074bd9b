namespace Insp1r.Membership.Persons;

/// <summary>
/// What a person is, or was, to an organisation or in a body of a node. <c>to</c> is the last day; <c>endedAt</c> when its end was
/// recorded, which ends it whatever the last day is.
/// </summary>
internal sealed record RoleResponse(
    Guid Id, Guid PersonId, PersonRoleKind Kind, Guid? OrganisationId, string Node, string? Body, string Title, DateOnly From, DateOnly? To,
    DateTimeOffset RecordedAt, DateTimeOffset? EndedAt, string? EndReason)
{
    public static RoleResponse Of(PersonRole r) => new(
        r.Id, r.PersonId, r.Kind, r.OrganisationId, r.Node, r.Body, r.Title, r.From, r.To, r.RecordedAt, r.EndedAt, r.EndReason);
}
