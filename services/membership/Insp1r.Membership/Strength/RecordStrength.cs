using Insp1r.Contracts.Membership;
using Insp1r.Membership.Data;
using Insp1r.Membership.Merging;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Strength;

internal static class RecordStrength
{
    public static async Task<Results<Created<StrengthResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, Headcount request, MembershipDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        await using var transaction = await db.JoinTransactionAsync(ct);
        if (await db.KeepStandingAsync(id, ct) is not { } organisation || !caller.May(Role.Reader, organisation.Node))
            return CommonErrors.Missing("organisation", id);
        if (organisation.RefusesChange(id, caller) is { } notYours)
            return notYours;

        var now = clock.GetUtcNow();
        var errors = new FieldErrors();
        request.Check(errors, "", now);
        if (errors.Any)
            return errors.ToProblem();
        if (await db.StrengthOfYearAsync(organisation, request.Year, ct) is not null)
            return StrengthErrors.Exists.ToProblem($"Correct what is recorded for {request.Year}.");

        var strength = MemberStrength.Record(Guid.CreateVersion7(now), organisation, request.Canonical(), caller.Id, now);
        db.Add(strength);
        db.Append(new StrengthRecorded(strength.State), now);
        try
        {
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
        }
        catch (DbUpdateException e) when (e.Violates(MemberStrengthMapping.OneAYear))
        {
            return StrengthErrors.Exists.ToProblem($"Correct what is recorded for {request.Year}.");
        }

        return TypedResults.Created($"/api/v1/organisations/{id}/strength/{request.Year}", StrengthResponse.Of(strength, organisation));
    }
}
