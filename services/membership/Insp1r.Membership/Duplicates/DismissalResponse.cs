namespace Insp1r.Membership.Duplicates;

/// <summary>That the records <c>a</c> and <c>b</c> are two organisations, and not one; <c>withdrawnAt</c> says that this was wrong.</summary>
internal sealed record DismissalResponse(
    Guid Id, Guid A, string NameOfA, Guid B, string NameOfB, string? Reason, string SaidBy, DateTimeOffset SaidAt, DateTimeOffset? WithdrawnAt)
{
    public static DismissalResponse Of(NotDuplicate pair, string older, string newer) =>
        new(pair.Id, pair.OlderId, older, pair.NewerId, newer, pair.Reason, pair.SaidBy, pair.SaidAt, pair.WithdrawnAt);
}
