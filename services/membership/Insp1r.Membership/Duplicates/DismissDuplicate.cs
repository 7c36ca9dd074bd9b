using Insp1r.Membership.Data;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Duplicates;

/// <summary>Says that two records are two organisations: the work list does not show them together again. Said twice, the first time counts.</summary>
internal static class DismissDuplicate
{
    public sealed record Request(Guid A, Guid B, string? Reason = null);

    public static async Task<Results<Ok<DismissalResponse>, ProblemHttpResult>> HandleAsync(Request request, MembershipDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var errors = new FieldErrors();
        if (request.A == request.B)
            errors.Add("/b", "same-record", "The id of another record.");
        if (request.Reason is not null)
            errors.Reason(request.Reason);
        if (errors.Any)
            return errors.ToProblem();

        await using var transaction = await db.JoinTransactionAsync(ct);
        var records = await db.Organisations.Where(o => o.Id == request.A || o.Id == request.B).ToDictionaryAsync(o => o.Id, o => new { o.Node, o.Name }, ct);
        foreach (var id in (Guid[])[request.A, request.B])
        {
            if (!records.TryGetValue(id, out var record) || !caller.May(Role.Reader, record.Node))
                return CommonErrors.Missing("organisation", id);
        }

        if (records.Values.FirstOrDefault(record => !caller.May(Role.Contributor, record.Node)) is { } foreign)
            return AccessErrors.OutsideYourNodes.ToProblem($"You are not a contributor to {foreign.Node}.");

        // By the order of PostgreSQL, which compares the bytes as they are written.
        var (older, newer) = string.CompareOrdinal($"{request.A}", $"{request.B}") < 0 ? (request.A, request.B) : (request.B, request.A);
        var now = clock.GetUtcNow();
        var (mine, because) = (Guid.CreateVersion7(now), request.Reason);
        // Where another request says it at the same moment, this waits for it, and has its row: an update that changes nothing gives it back.
        var said = (await db.NotDuplicates.FromSql($"""
            insert into not_duplicate (id, older_id, newer_id, reason, said_by, said_at) values ({mine}, {older}, {newer}, {because}, {caller.Id}, {now})
            on conflict (older_id, newer_id) where withdrawn_at is null do update set older_id = excluded.older_id returning *
            """).AsNoTracking().ToListAsync(ct))[0];
        if (said.Id == mine)
        {
            // Of the pair and not of one record: the readers of that one would see the other, which may be of another network.
            db.Audit("duplicate", newer, 0, records[newer].Node, "membership.duplicate-dismissed", null, new { said.OlderId, said.NewerId }, now, request.Reason);
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
        }

        return TypedResults.Ok(DismissalResponse.Of(said, records[older].Name, records[newer].Name));
    }
}
