using Insp1r.Membership.Data;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Persons;

internal static class RecordConsent
{
    private const int MaxSource = 300;

    /// <summary>
    /// <c>purpose</c>: directory-network or directory-public; <c>fields</c>: of name, email, phone and roles. For a consent,
    /// <c>wordingVersion</c> and <c>wordingLanguage</c> are those of the text that the person was shown. <c>source</c> is how it is known, such
    /// as "signed form of 2026-03-01"; for a legal obligation, which law.
    /// </summary>
    public sealed record Request(
        string Purpose, string[] Fields, DateTimeOffset GivenAt, string Source, LawfulBasis Basis = LawfulBasis.Consent,
        int? WordingVersion = null, string? WordingLanguage = null);

    public static async Task<Results<Created<ConsentResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, Request request, MembershipDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        await using var transaction = await db.JoinTransactionAsync(ct);
        if (await db.LockPersonAsync(id, ct) is not { } person)
            return CommonErrors.Missing("person", id);
        if (caller.Refuses(person, Role.Contributor) is { } refusal)
            return refusal;

        var now = clock.GetUtcNow();
        var errors = Check(request, now);
        if (!errors.Any && request.Basis == LawfulBasis.Consent)
            await CheckWordingAsync(errors, request, db, ct);
        if (errors.Any)
            return errors.ToProblem();

        var consent = new Consent
        {
            Id = Guid.CreateVersion7(now),
            PersonId = id,
            Purpose = request.Purpose,
            Basis = request.Basis,
            Fields = [.. Coverage.Fields.Intersect(request.Fields, StringComparer.Ordinal)],
            WordingVersion = request.WordingVersion,
            WordingLanguage = request.WordingLanguage,
            GivenAt = request.GivenAt.ToUniversalTime(),
            Source = request.Source,
            RecordedBy = caller.Id,
            RecordedAt = now,
        };
        db.Add(consent);
        db.AuditPerson(person, "consent-recorded", null, ConsentResponse.Of(consent), now);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Created($"/api/v1/persons/{id}/consents", ConsentResponse.Of(consent));
    }

    private static async Task CheckWordingAsync(FieldErrors errors, Request request, MembershipDb db, CancellationToken ct)
    {
        var wording = await db.ConsentWordings.AsNoTracking().SingleOrDefaultAsync(
            w => w.Purpose == request.Purpose && w.Version == request.WordingVersion && w.Language == request.WordingLanguage, ct);
        if (wording is null)
            errors.Add("/wordingVersion", "unknown-wording", $"A version of {request.Purpose}: see /api/v1/consent-wordings.");
        // The first texts may have been on paper before there was an installation.
        else if (wording.Version > 1 && request.GivenAt < wording.CreatedAt)
            errors.Add("/wordingVersion", "not-yet-written", $"Version {wording.Version} is of {wording.CreatedAt:yyyy-MM-dd}: what was agreed to before was another text.");
    }

    private static FieldErrors Check(Request request, DateTimeOffset now)
    {
        var errors = new FieldErrors();
        errors.OneOf("/purpose", request.Purpose, ConsentPurpose.All, "unknown-purpose");
        errors.Required("/source", request.Source, MaxSource);
        if (request.Fields.Length is 0 or > 4)
            errors.Add("/fields", "out-of-range", $"One or more of {string.Join(", ", Coverage.Fields)}.");
        for (var i = 0; i < request.Fields.Length && i < 4; i++)
            errors.OneOf($"/fields/{i}", request.Fields[i], Coverage.Fields, "unknown-field");
        // Clocks differ a little.
        if (request.GivenAt > now.AddMinutes(5) || request.GivenAt.Year < 1900)
            errors.Add("/givenAt", "out-of-range", "When it was given: not in the future.");

        var isConsent = request.Basis == LawfulBasis.Consent;
        if (isConsent != (request.WordingVersion is not null))
            errors.Add("/wordingVersion", isConsent ? "required" : "not-a-consent", "The version of the text that was shown; of a consent only.");
        if (isConsent)
            errors.OneOf("/wordingLanguage", request.WordingLanguage, Languages.All, "unknown-language");
        else if (request.WordingLanguage is not null)
            errors.Add("/wordingLanguage", "not-a-consent", "The language of the text that was shown; of a consent only.");
        return errors;
    }
}
