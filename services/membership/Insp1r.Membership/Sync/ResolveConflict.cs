using Insp1r.Contracts.Membership;
using Insp1r.Membership.Data;
using Insp1r.Membership.Organisations;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Insp1r.Membership.Sync;

internal static class ResolveConflict
{
    /// <summary>theirs: what the client sent becomes the record's content; ours: the record stays as it is.</summary>
    public sealed record Request(string Take);

    public static async Task<Results<Ok<ConflictResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, Request request, MembershipDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var errors = new FieldErrors();
        errors.OneOf("/take", request.Take, ["theirs", "ours"], "unknown-side");
        if (errors.Any)
            return errors.ToProblem();

        // With an Idempotency-Key there is a transaction already, and its owner commits it.
        await using var own = db.Database.CurrentTransaction is null ? await db.Database.BeginTransactionAsync(ct) : null;
        var conflict = await ReadAsync(db, $"select {ConflictResponse.Columns} from sync_conflict where id = $1 for update", [id], ct);
        if (conflict is null || !caller.May(Role.Contributor, conflict.Node))
            return CommonErrors.Missing("conflict", id);
        if (conflict.ResolvedAt is not null)
            return SyncErrors.ConflictClosed.ToProblem($"It was closed by taking {conflict.Taken}.");

        var now = clock.GetUtcNow();
        if (request.Take is "theirs")
        {
            var organisation = await db.Organisations
                .FromSql($"select * from member_organisation where id = {conflict.OrganisationId} for update").SingleOrDefaultAsync(ct);
            if (organisation is null)
                return SyncErrors.ConflictOutdated.ToProblem("The record was merged into another: push the item again to compare it with that one, or take ours.");
            if (organisation.Version != conflict.CurrentVersion)
                return SyncErrors.ConflictOutdated.ToProblem($"The record is at version {organisation.Version}, the conflict at {conflict.CurrentVersion}. Push the item again to compare anew, or take ours.");

            var theirs = conflict.Theirs;
            organisation.Change(
                new OrganisationContent(theirs.Name, theirs.Names, theirs.Acronym, theirs.Country, [.. theirs.Types], theirs.Website), organisation.ExternalIds, DateOnly.FromDateTime(now.UtcDateTime), now);
            db.Append(new OrganisationUpdated(organisation.State), now);
            await db.SaveChangesAsync(ct);
        }

        var resolved = await ReadAsync(
            db, $"update sync_conflict set resolved_at = $2, resolved_by = $3, taken = $4 where id = $1 returning {ConflictResponse.Columns}",
            [id, now, caller.Id, request.Take], ct);
        var transaction = (NpgsqlTransaction)db.Database.CurrentTransaction!.GetDbTransaction();
        await transaction.AuditAsync("conflict", id, 2, conflict.Node, "membership.conflict-resolved", conflict, resolved, now, ct);
        if (own is not null)
            await own.CommitAsync(ct);
        return TypedResults.Ok(resolved!);
    }

    private static async Task<ConflictResponse?> ReadAsync(MembershipDb db, string sql, object[] values, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            sql, (NpgsqlConnection)db.Database.GetDbConnection(), (NpgsqlTransaction)db.Database.CurrentTransaction!.GetDbTransaction());
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? ConflictResponse.Read(reader) : null;
    }
}
