using Insp1r.Contracts.Membership;
using Insp1r.Membership.Data;
using Insp1r.Membership.Merging;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Strength;

/// <summary>Says a year's number anew. What was said before stays, and an answer as known before has it.</summary>
internal static class CorrectStrength
{
    /// <summary><c>reason</c> says why. Only the fields that are given change; null clears what may be absent.</summary>
    public sealed record Request
    {
        public required string Reason { get; init; }
        public Optional<int> Total { get; init; }
        public Optional<int?> Women { get; init; }
        public Optional<int?> Men { get; init; }
        public Optional<IReadOnlyDictionary<string, int>?> Ages { get; init; }
        public Optional<decimal?> InformalShare { get; init; }
        public Optional<string> Source { get; init; }
        public Optional<string?> SourceUrl { get; init; }
    }

    public static async Task<Results<Ok<StrengthResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, int year, Request request, IfMatch ifMatch, MembershipDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        if (await db.StandingAsync(id, ct) is not { } organisation || !caller.May(Role.Reader, organisation.Node) || await db.StrengthOfYearAsync(organisation, year, ct) is not { } strength)
            return CommonErrors.NotFound.ToProblem($"There is no number of {year} that you may see.");
        if (organisation.RefusesChange(id, caller) is { } notYours)
            return notYours;
        if (ifMatch.Refuses(strength.Version) is { } refusal)
            return refusal;

        var now = clock.GetUtcNow();
        var errors = new FieldErrors();
        errors.Reason(request.Reason);
        var affiliates = Merge(strength.Affiliates, request);
        affiliates.Check(errors, "", now);
        if (errors.Any)
            return errors.ToProblem();

        var corrected = strength.Correct(affiliates.Canonical(), request.Reason, caller.Id, now);
        db.Add(corrected);
        db.Append(new StrengthCorrected(corrected.State), now, reason: request.Reason);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException e) when (e.Violates(MemberStrengthMapping.OneAVersion))
        {
            return CommonErrors.VersionStale.ToProblem("Somebody corrected it at the same moment; read it again.");
        }

        return TypedResults.Ok(StrengthResponse.Of(corrected, organisation));
    }

    private static Headcount Merge(Headcount current, Request request) => new(
        current.Year,
        request.Total.Or(current.Total),
        request.Source.Or(current.Source)!,
        request.Women.Or(current.Women),
        request.Men.Or(current.Men),
        request.Ages.Or(current.Ages),
        request.InformalShare.Or(current.InformalShare),
        request.SourceUrl.Or(current.SourceUrl));
}
