using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Membership.Organisations;

internal static class OrganisationErrors
{
    public static readonly Error ExternalIdTaken = new(409, "external-id-taken", "The external id belongs to another record");
}
