using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Membership.Sync;

internal static class SyncErrors
{
    public static readonly Error TooManyItems = new(422, "too-many-items", "The batch has too many items");
    public static readonly Error BatchRefused = new(422, "batch-refused", "The batch was refused as a whole");
    public static readonly Error ConflictClosed = new(409, "conflict-closed", "The conflict was resolved before");
    public static readonly Error ConflictOutdated = new(409, "conflict-outdated", "The record changed since");
}
