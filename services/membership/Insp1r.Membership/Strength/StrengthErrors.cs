using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Membership.Strength;

internal static class StrengthErrors
{
    public static readonly Error Exists = new(409, "strength-exists", "There is a number of this organisation and year already");
}
