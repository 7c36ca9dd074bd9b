using Insp1r.Contracts.Membership;
using Insp1r.Membership.Data;
using Insp1r.Membership.Merging;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.Membership.Strength;

/// <summary>
/// Takes back a year's number that was recorded by mistake, such as another organisation's: nobody said that there were none. It stays on record, an answer
/// as known before has it, and the year can be recorded anew. Where a merged record has a number of that year, that one counts from then on.
/// </summary>
internal static class WithdrawStrength
{
    /// <summary><c>reason</c> has 1 to 2000 characters, and names no person.</summary>
    public sealed record Request(string Reason);

    public static async Task<Results<Ok<StrengthResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, int year, Request request, IfMatch ifMatch, MembershipDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        if (await db.StandingAsync(id, ct) is not { } organisation || !caller.May(Role.Reader, organisation.Node) || await db.StrengthOfYearAsync(organisation, year, ct) is not { } strength)
            return CommonErrors.NotFound.ToProblem($"There is no number of {year} that you may see.");
        if (organisation.RefusesChange(id, caller) is { } notYours)
            return notYours;
        if (ifMatch.Refuses(strength.Version) is { } refusal)
            return refusal;

        var errors = new FieldErrors();
        errors.Reason(request.Reason);
        if (errors.Any)
            return errors.ToProblem();

        var now = clock.GetUtcNow();
        db.Append(new StrengthWithdrawn(strength.Withdraw(request.Reason, now)), now, reason: request.Reason);
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(StrengthResponse.Of(strength, organisation));
    }
}
