using Insp1r.Membership.Data;
using Insp1r.Membership.Merging;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.WorkLists;

/// <summary>Says that a record is still right as it is. Who said so is in its history.</summary>
internal static class ConfirmOrganisation
{
    /// <summary><c>version</c> is the one that was confirmed.</summary>
    public sealed record Response(Guid OrganisationId, int Version, DateTimeOffset ConfirmedAt);

    public static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(Guid id, MembershipDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        await using var transaction = await db.JoinTransactionAsync(ct);
        // Locked, so that two confirmations come one after the other and the version is the one that there is.
        if (await db.LockStandingAsync(id, ct) is not { } organisation || !caller.May(Role.Reader, organisation.Node))
            return CommonErrors.Missing("organisation", id);
        if (organisation.RefusesChange(id, caller) is { } notYours)
            return notYours;

        var now = clock.GetUtcNow();
        var before = await db.Database.SqlQuery<DateTimeOffset?>($"select confirmed_at as \"Value\" from organisation_confirmation where organisation_id = {id}").SingleOrDefaultAsync(ct);
        await db.Database.ExecuteSqlAsync($"""
            insert into organisation_confirmation (organisation_id, confirmed_at) values ({id}, {now})
            on conflict (organisation_id) do update set confirmed_at = excluded.confirmed_at
            """, ct);
        db.Audit("organisation", id, organisation.Version, organisation.Node, "membership.organisation-confirmed", before is null ? null : new { confirmedAt = before }, new { confirmedAt = now }, now);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(new Response(id, organisation.Version, now));
    }
}
