using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Membership.Affiliations;

internal static class AffiliationErrors
{
    public static readonly Error IllegalMove = new(409, "illegal-transition", "The affiliation's status does not allow this");
    public static readonly Error Exists = new(409, "affiliation-exists", "The organisation is affiliated to this network already");
    public static readonly Error NotTheLast = new(409, "move-not-last", "It is not the last move that stands");
    public static readonly Error FederationNotMember = new(409, "federation-not-member", "The federation through which it stands is no member");
}
