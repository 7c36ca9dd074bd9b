using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Membership.Merging;

internal static class MergeErrors
{
    public static readonly Error Merged = new(409, "organisation-merged", "The record was merged into another");
    public static readonly Error OfFederation = new(409, "merge-of-federation", "One is a member through the other");
    public static readonly Error OtherWayRound = new(409, "merge-other-way-round", "The merge would end or weaken a membership");
    public static readonly Error ConflictOpen = new(409, "merge-conflict-open", "A sync conflict of one of them is open");
    public static readonly Error Undone = new(409, "merge-undone", "The merge was undone before");
    public static readonly Error TooLate = new(409, "merge-too-old", "The merge is too old to be undone");
    public static readonly Error NotTheLast = new(409, "merge-not-last", "The record was merged again since");
}
