using Insp1r.Membership.Data;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Duplicates;

/// <summary>Two records may be one organisation after all: the work list shows them together again. Again makes no difference.</summary>
internal static class WithdrawDismissal
{
    /// <summary><c>reason</c> has 1 to 2000 characters, and names no person.</summary>
    public sealed record Request(string Reason);

    public static async Task<Results<Ok<DismissalResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, Request request, MembershipDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        await using var transaction = await db.JoinTransactionAsync(ct);
        var pair = await db.NotDuplicates.FromSql($"select * from not_duplicate where id = {id} for update").SingleOrDefaultAsync(ct);
        // By the ids that the pair has, also where a record was merged since: its own node is what it was.
        var records = pair is null ? [] : await db.Organisations.IgnoreQueryFilters().Where(o => o.Id == pair.OlderId || o.Id == pair.NewerId).ToDictionaryAsync(o => o.Id, ct);
        if (pair is null || records.Values.Any(record => !caller.May(Role.Reader, record.Node)))
            return CommonErrors.Missing("dismissal", id);
        if (records.Values.FirstOrDefault(record => !caller.May(Role.Contributor, record.Node)) is { } foreign)
            return AccessErrors.OutsideYourNodes.ToProblem($"You are not a contributor to {foreign.Node}.");

        var errors = new FieldErrors();
        errors.Reason(request.Reason);
        if (errors.Any)
            return errors.ToProblem();

        var (older, newer) = (records[pair.OlderId], records[pair.NewerId]);
        if (pair.WithdrawnAt is null)
        {
            var now = clock.GetUtcNow();
            pair.Withdraw(now);
            db.Audit("duplicate", newer.Id, 0, newer.Node, "membership.duplicate-dismissal-withdrawn", new { pair.OlderId, pair.NewerId }, null, now, request.Reason);
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
        }

        return TypedResults.Ok(DismissalResponse.Of(pair, older.Name, newer.Name));
    }
}
