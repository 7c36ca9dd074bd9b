using Insp1r.Contracts.Membership;
using Insp1r.Membership.Data;
using Insp1r.Membership.Organisations;
using Insp1r.Messaging.Log;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Affiliations;

/// <summary>What stands through a federation stands as long as that does.</summary>
internal sealed class Affiliates(MembershipDb db, Standing standing)
{
    /// <summary>Ends what stood through a federation whose membership ended by this move. The caller saves.</summary>
    public async Task LapseAsync(Affiliation federation, AffiliationMove cause, DateTimeOffset now, CancellationToken ct)
    {
        var (node, through) = (federation.Node, federation.OrganisationId);
        // As everywhere, the organisations are locked and then their affiliations are read: whoever changes one meanwhile is waited for. No new one
        // begins, since the federation is locked.
        await db.Database.ExecuteSqlAsync($"""
            select 1 from member_organisation where id in (
              select organisation_id from affiliation where through_id = {through} and node = {node} and until is null) order by id for update
            """, ct);
        var lapsing = db.Affiliations.IgnoreQueryFilters().Where(a => a.ThroughId == through && a.Node == node && a.Until == null);
        foreach (var (organisation, affiliations, moves) in await ReadAsync(lapsing, ct))
        {
            foreach (var affiliation in affiliations.Where(a => a.ThroughId == through && a.Node == node && a.Until is null).ToList())
            {
                var last = Last(moves, affiliation);
                var lapse = new AffiliationMove
                {
                    Id = Guid.CreateVersion7(now),
                    AffiliationId = affiliation.Id,
                    // Not before what was decided of it last, which would count instead.
                    Effective = new[] { cause.Effective, affiliation.Since, last?.Effective ?? affiliation.Since }.Max(),
                    Status = AffiliationStatus.Lapsed,
                    Category = affiliation.Category,
                    Reason = cause.Reason,
                    DecidedBy = "its federation's membership ended",
                    DecidedOn = cause.Effective,
                    CausedById = cause.Id,
                    IsCorrection = cause.Effective < DateOnly.FromDateTime(now.UtcDateTime),
                    RecordedBy = cause.RecordedBy,
                    RecordedAt = now,
                };
                db.Add(lapse);
                affiliation.Follow(lapse);
                db.Append(new AffiliationMoved(affiliation.State), now, reason: cause.Reason);
            }

            await standing.TellAsync(organisation, affiliations, cause.Reason, cause.RecordedBy, now, ct);
        }
    }

    /// <summary>Takes back the ends that this move caused, which was itself taken back: but of who has begun a new period since. The caller saves.</summary>
    public async Task RestoreAsync(AffiliationMove cause, DateTimeOffset now, CancellationToken ct)
    {
        var (by, reason) = (cause.RevokedBy!, cause.RevokedReason!);
        await db.Database.ExecuteSqlAsync($"""
            select 1 from member_organisation where id in (
              select a.organisation_id from affiliation a join affiliation_move m on m.affiliation_id = a.id where m.caused_by_id = {cause.Id} and m.revoked_at is null) order by id for update
            """, ct);
        var lapsed = db.Affiliations.IgnoreQueryFilters().Where(a => db.AffiliationMoves.Any(m => m.AffiliationId == a.Id && m.CausedById == cause.Id && m.RevokedAt == null));
        foreach (var (organisation, affiliations, moves) in await ReadAsync(lapsed, ct))
        {
            foreach (var lapse in moves.Where(m => m.CausedById == cause.Id))
            {
                var affiliation = affiliations.Single(a => a.Id == lapse.AffiliationId);
                if (affiliation.YieldsOn is null && affiliations.Latest(affiliation.Node) != affiliation)
                    continue;

                lapse.Revoke(by, reason, now);
                affiliation.Follow(Last(moves, affiliation));
                db.Append(new AffiliationMoved(affiliation.State), now, reason: reason);
            }

            await standing.TellAsync(organisation, affiliations, reason, by, now, ct);
        }
    }

    private static AffiliationMove? Last(IEnumerable<AffiliationMove> moves, Affiliation affiliation) =>
        moves.Where(m => m.AffiliationId == affiliation.Id && m.RevokedAt is null).MaxBy(m => (m.Effective, m.RecordedAt));

    // The organisations whose affiliations these are, each with all that it has and the moves that count.
    private async Task<IEnumerable<(MemberOrganisation Organisation, List<Affiliation> Affiliations, List<AffiliationMove> Moves)>> ReadAsync(
        IQueryable<Affiliation> some, CancellationToken ct)
    {
        var organisations = await db.Organisations.Where(o => some.Any(a => a.OrganisationId == o.Id)).OrderBy(o => o.Id).ToListAsync(ct);
        var ids = organisations.Select(o => o.Id).ToArray();
        var affiliations = await db.Affiliations.IgnoreQueryFilters().Where(a => ids.Contains(a.OrganisationId)).ToListAsync(ct);
        var moves = await db.AffiliationMoves.Where(m => m.RevokedAt == null && db.Affiliations.IgnoreQueryFilters().Any(a => a.Id == m.AffiliationId && ids.Contains(a.OrganisationId))).ToListAsync(ct);
        var (affiliationsOf, movesOf) = (affiliations.ToLookup(a => a.OrganisationId), moves.ToLookup(m => m.AffiliationId));
        return organisations.Select(o => (o, affiliationsOf[o.Id].ToList(), affiliationsOf[o.Id].SelectMany(a => movesOf[a.Id]).ToList()));
    }
}
