using Insp1r.Contracts.Membership;
using Insp1r.Membership.Affiliations;
using Insp1r.Membership.Data;
using Insp1r.Membership.Merging;
using Insp1r.Membership.Reference;
using Insp1r.Messaging.Audit;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Organisations;

internal static class ChangeOrganisation
{
    /// <summary>Only the fields that are given change; null clears names, acronym and website. Lists and names are replaced as a whole.</summary>
    public sealed record Request
    {
        public Optional<string?> Name { get; init; }
        public Optional<IReadOnlyDictionary<string, string>?> Names { get; init; }
        public Optional<string?> Acronym { get; init; }
        public Optional<string?> Country { get; init; }
        public Optional<IReadOnlyList<string>?> Types { get; init; }
        public Optional<string?> Website { get; init; }
        public Optional<IReadOnlyList<string>?> ExternalIds { get; init; }

        /// <summary>
        /// The first day on which it holds: today if not given. An earlier day changes what was answered before, of that day and of each later one, and needs
        /// <c>correction</c>; what is not given stays on each day what it was.
        /// </summary>
        public DateOnly? Effective { get; init; }
        public bool Correction { get; init; }
    }

    public static async Task<Results<Ok<OrganisationResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, Request request, IfMatch ifMatch, MembershipDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        await using var transaction = await db.JoinTransactionAsync(ct);
        if (await db.StandingAsync(id, ct) is not { } organisation || !caller.May(Role.Reader, organisation.Node))
            return CommonErrors.Missing("organisation", id);
        if (organisation.RefusesChange(id, caller) is { } notYours)
            return notYours;
        if (ifMatch.Refuses(organisation.Version) is { } refusal)
            return refusal;

        var now = clock.GetUtcNow();
        var errors = new FieldErrors();
        var country = Check(errors, request);
        OrganisationRules.ExternalIds(errors, request.ExternalIds.Value);
        AffiliationRules.Effective(errors, request.Effective, request.Correction, now);
        if (errors.Any)
            return errors.ToProblem();

        var before = organisation.ExternalIds;
        var externalIds = request.ExternalIds.IsGiven ? [.. request.ExternalIds.Value ?? []] : before;
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var (steps, said) = await db.CorrectedAsync(organisation, request.Effective ?? today, content => Apply(content, request, country), ct);
        if (steps.Count > 0 || !before.SequenceEqual(externalIds, StringComparer.Ordinal))
        {
            // Each is saved, and so kept by the database as what held until the next: the last is what the record says now.
            foreach (var (since, content) in steps.SkipLast(1))
            {
                organisation.Change(content, before, since, now);
                await db.SaveChangesAsync(ct);
            }

            var (lastSince, last) = steps.Count > 0 ? steps[^1] : (organisation.Since, organisation.Content);
            organisation.Change(last, externalIds, lastSince, now);
            db.RemoveRange(before.Except(organisation.ExternalIds, StringComparer.Ordinal).Select(gone => ExternalId.Of(gone, id)));
            db.AddRange(organisation.ExternalIds.Except(before, StringComparer.Ordinal).Select(added => ExternalId.Of(added, id)));
            db.Append(new OrganisationUpdated(organisation.State), now, record: request.Effective < today && said.Count > 0 ? RecordHistory.With(organisation.State, said) : null);
            try
            {
                await db.SaveChangesAsync(ct);
                await transaction.CommitAsync(ct);
            }
            catch (DbUpdateException e) when (e.Violates(MemberOrganisationMapping.UniqueExternalId))
            {
                return OrganisationErrors.ExternalIdTaken.ToProblem("One of these external ids belongs to another record.", [new FieldError("/externalIds", "taken", "Ids that no other record has")]);
            }
        }

        return TypedResults.Ok(OrganisationResponse.Of(organisation));
    }

    // Only what is given is checked: a rule that came later must not stand in the way of another field's change.
    private static string? Check(FieldErrors errors, Request request)
    {
        if (request.Name.IsGiven)
            OrganisationRules.Name(errors, request.Name.Value);
        if (request.Names.IsGiven)
            OrganisationRules.Names(errors, request.Names.Value);
        if (request.Acronym.IsGiven)
            OrganisationRules.Acronym(errors, request.Acronym.Value);
        if (request.Types.IsGiven)
            OrganisationRules.Types(errors, request.Types.Value);
        if (request.Website.IsGiven)
            OrganisationRules.Website(errors, request.Website.Value);
        if (request.Effective is not null && !(request.Name.IsGiven || request.Names.IsGiven || request.Acronym.IsGiven || request.Country.IsGiven || request.Types.IsGiven || request.Website.IsGiven))
            errors.Add("/effective", "nothing-dated", "Say what holds from that day on: external ids have no days.");
        return request.Country.IsGiven ? OrganisationRules.Country(errors, request.Country.Value) : null;
    }

    private static OrganisationContent Apply(OrganisationContent content, Request request, string? country) => new(
        request.Name.Or(content.Name) ?? "",
        request.Names.IsGiven ? LanguageTexts.Canonical(request.Names.Value) : content.Names,
        request.Acronym.Or(content.Acronym),
        country ?? content.Country,
        request.Types.IsGiven ? MovementTypes.Canonical(request.Types.Value ?? []) : content.Types,
        request.Website.Or(content.Website));
}
