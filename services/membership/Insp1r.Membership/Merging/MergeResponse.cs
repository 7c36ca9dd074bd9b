namespace Insp1r.Membership.Merging;

/// <summary>
/// A merge. The record <c>survivorId</c> stands for <c>mergedId</c>, whose id still answers, with the survivor. It can be undone before <c>undoUntil</c>;
/// <c>undoneAt</c> says that it was.
/// </summary>
internal sealed record MergeResponse(
    Guid Id, Guid SurvivorId, string Survivor, string Node, Guid MergedId, string Merged, string MergedNode, string? Reason, DateTimeOffset MergedAt, string MergedBy,
    DateTimeOffset UndoUntil, DateTimeOffset? UndoneAt, string? UndoneBy)
{
    public static MergeResponse Of(OrganisationMerge m, string survivor, string merged) => new(
        m.Id, m.SurvivorId, survivor, m.Node, m.MergedId, merged, m.MergedNode, m.Reason, m.MergedAt, m.MergedBy, m.UndoUntil, m.UndoneAt, m.UndoneBy);
}
