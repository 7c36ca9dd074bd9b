using Insp1r.Membership.Data;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Persons;

/// <summary>A new version of a wording: in all three languages at once, so that no version is asked in one and unknown in another.</summary>
internal static class PublishWording
{
    private const int MaxText = 4_000;

    public sealed record Request(string Purpose, Dictionary<string, string> Texts);

    public static async Task<Results<Created<WordingResponse>, ProblemHttpResult>> HandleAsync(
        Request request, MembershipDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var errors = new FieldErrors();
        errors.OneOf("/purpose", request.Purpose, ConsentPurpose.All, "unknown-purpose");
        errors.Languages("/texts", request.Texts, MaxText, required: true);
        foreach (var language in Languages.All.Where(language => !request.Texts.ContainsKey(language)))
            errors.Add($"/texts/{language}", "required", "A wording is in all three languages.");
        if (errors.Any)
            return errors.ToProblem();
        if (!caller.May(Role.Steward, NodePath.Root))
            return AccessErrors.OutsideYourNodes.ToProblem($"Wordings are those of the whole network: be a steward of {NodePath.Root}.");

        await using var transaction = await db.JoinTransactionAsync(ct);
        // Two new versions at once get two numbers.
        await db.Database.ExecuteSqlAsync($"lock table consent_wording in share row exclusive mode", ct);
        var version = 1 + (await db.ConsentWordings.Where(w => w.Purpose == request.Purpose).MaxAsync(w => (int?)w.Version, ct) ?? 0);
        var now = clock.GetUtcNow();
        var wordings = Languages.All
            .Select(language => new ConsentWording
            {
                Purpose = request.Purpose,
                Version = version,
                Language = language,
                Text = request.Texts[language],
                CreatedAt = now,
                CreatedBy = caller.Id,
            })
            .ToList();
        db.AddRange(wordings);
        db.Audit("consent-wording", Guid.CreateVersion7(now), version, NodePath.Root, "membership.consent-wording-published", null, WordingResponse.Of(wordings), now);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Created($"/api/v1/consent-wordings/{request.Purpose}/{version}", WordingResponse.Of(wordings));
    }
}
