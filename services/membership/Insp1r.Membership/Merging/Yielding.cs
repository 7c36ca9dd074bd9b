using Insp1r.Membership.Affiliations;

namespace Insp1r.Membership.Merging;

/// <summary>
/// From which day on a duplicate's affiliation stands behind those that the surviving record has to the same network: the first day of which both tell.
/// </summary>
internal static class Yielding
{
    /// <returns>False where the survivor's would end the membership sooner, or were weaker on a day: then the other record has to survive.</returns>
    public static bool TryFind(Affiliation moving, List<Affiliation> own, ILookup<Guid, AffiliationMove> moves, out DateOnly? yieldsOn)
    {
        yieldsOn = moving.YieldsOn;
        var both = own.FindAll(a => a.Node == moving.Node && Counts(a) && a.Since < End(moving) && moving.Since < End(a));
        if (!Counts(moving) || both.Count == 0)
            return true;

        var first = Later(moving.Since, both.Min(a => a.Since));
        var heldUntil = first;
        foreach (var affiliation in both.OrderBy(a => a.Since))
        {
            if (affiliation.Since > heldUntil || !IsAsFirm(affiliation, moving, first, moves))
                return false;
            heldUntil = Later(heldUntil, End(affiliation));
        }

        yieldsOn = first;
        return heldUntil >= End(moving);
    }

    private static bool IsAsFirm(Affiliation own, Affiliation moving, DateOnly first, ILookup<Guid, AffiliationMove> moves)
    {
        var from = Later(first, own.Since);
        var until = End(own) < End(moving) ? End(own) : End(moving);
        return (own.ThroughId is null || moving.ThroughId is not null)
            && moves[own.Id].Concat(moves[moving.Id]).Select(move => move.Effective).Where(day => day > from && day < until).Prepend(from)
                .All(day => IsAsFirm(At(own, day), At(moving, day)));

        (string Status, string Category) At(Affiliation affiliation, DateOnly day) =>
            moves[affiliation.Id].Where(move => move.Effective <= day).MaxBy(move => (move.Effective, move.RecordedAt)) is { } last
                ? (last.Status, last.Category)
                : (affiliation.FirstStatus, affiliation.FirstCategory);
    }

    private static bool IsAsFirm((string Status, string Category) own, (string Status, string Category) moving) =>
        Rank(own.Status) >= Rank(moving.Status)
        && (own.Category == AffiliationCategory.Full || moving.Category != AffiliationCategory.Full || Rank(moving.Status) == 0);

    // A suspension is no lesser membership: whether it stands is decided by choosing the record that survives.
    private static int Rank(string status) => status switch
    {
        AffiliationStatus.Active or AffiliationStatus.Suspended => 3,
        AffiliationStatus.Admitted => 2,
        AffiliationStatus.Applied => 1,
        _ => 0,
    };

    private static bool Counts(Affiliation affiliation) => affiliation.YieldsOn != affiliation.Since;

    // One that ended on its first day tells of that day.
    private static DateOnly End(Affiliation affiliation) => Later(affiliation.YieldsOn ?? affiliation.Until ?? DateOnly.MaxValue, affiliation.Since.AddDays(1));

    private static DateOnly Later(DateOnly a, DateOnly b) => a > b ? a : b;
}
