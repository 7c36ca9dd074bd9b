using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Membership.Organisations;

internal static class OrganisationErrors
{
    public static readonly Error ExternalIdTaken = new(409, "external-id-taken", "The external id belongs to another record");
    public static readonly Error IllegalMove = new(409, "illegal-transition", "The organisation's status does not allow this");
}
