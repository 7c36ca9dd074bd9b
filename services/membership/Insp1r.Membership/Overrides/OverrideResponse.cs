using Insp1r.Membership.Accounts;
using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Membership.Overrides;

/// <summary><paramref name="Account"/> is who looks, <paramref name="EndedBy"/> who ended it before its time.</summary>
internal sealed record OverrideResponse(Guid Id, string Node, Guid Account, string Reason, DateTimeOffset From, DateTimeOffset Until, string? EndedBy)
{
    public static OverrideResponse Of(AccountGrant grant) => new(
        grant.Id, grant.Grant[(grant.Grant.IndexOf('@', StringComparison.Ordinal) + 1)..], grant.AccountId, grant.OverrideReason!, grant.From, grant.Until!.Value, grant.EndedBy);
}

internal static class OverrideErrors
{
    public static readonly Error ForPeople = new(403, "override-for-people", "Only a person can override");
    public static readonly Error NobodyToTell = new(409, "override-nobody-to-tell", "The node has no steward who would learn of it");
    public static readonly Error NotNeeded = new(409, "override-not-needed", "You may read this as it is");
}
