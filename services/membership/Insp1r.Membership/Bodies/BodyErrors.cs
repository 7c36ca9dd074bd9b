using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Membership.Bodies;

internal static class BodyErrors
{
    public static readonly Error Exists = new(409, "body-exists", "The node has a body with this code");
    public static readonly Error QuorumMissing = new(409, "quorum-missing", "Too few were present to decide");
    public static readonly Error Corrected = new(409, "decision-corrected", "The decision was corrected before");
}
