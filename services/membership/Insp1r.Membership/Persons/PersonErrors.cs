using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Membership.Persons;

internal static class PersonErrors
{
    public static readonly Error Erased = new(410, "erased", "The person was erased");
    public static readonly Error ConsentMissing = new(409, "consent-missing", "No recorded basis covers this");
    public static readonly Error ConsentWithdrawn = new(409, "consent-withdrawn", "The consent was withdrawn before");
    public static readonly Error RoleEnded = new(409, "role-ended", "The role ended before");
    public static readonly Error ServiceAway = new(503, "service-away", "Another service is away");
}
