using Insp1r.Contracts.Membership;
using Insp1r.Membership.Affiliations;
using Insp1r.Membership.Data;
using Insp1r.Membership.Merging;
using Insp1r.Membership.Reference;
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

        /// <summary>The first day on which it holds: today if not given. An earlier day changes what was answered before, and needs <c>correction</c>.</summary>
        public DateOnly? Effective { get; init; }
        public bool Correction { get; init; }
    }

    public static async Task<Results<Ok<OrganisationResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, Request request, IfMatch ifMatch, MembershipDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var organisation = await db.Organisations.SingleOrDefaultAsync(o => o.Id == id, ct);
        if (organisation is null && await db.SurvivorOfAsync(id, ct) is { } survivor && await db.Organisations.AnyAsync(o => o.Id == survivor, ct))
            return MergeErrors.Merged.ToProblem($"Change the record {survivor} that it was merged into.");
        if (organisation is null || !caller.May(Role.Reader, organisation.Node))
            return CommonErrors.Missing("organisation", id);
        if (!caller.May(Role.Contributor, organisation.Node))
            return AccessErrors.OutsideYourNodes.ToProblem($"You are not a contributor to {organisation.Node}.");
        if (ifMatch.Refuses(organisation.Version) is { } refusal)
            return refusal;

        var now = clock.GetUtcNow();
        var errors = new FieldErrors();
        var content = Merge(errors, organisation, request);
        OrganisationRules.ExternalIds(errors, request.ExternalIds.Value);
        AffiliationRules.Effective(errors, request.Effective, request.Correction, now);
        if (errors.Any)
            return errors.ToProblem();

        var before = organisation.ExternalIds;
        if (organisation.Change(content, request.ExternalIds.IsGiven ? [.. request.ExternalIds.Value ?? []] : before, request.Effective ?? DateOnly.FromDateTime(now.UtcDateTime), now))
        {
            db.RemoveRange(before.Except(organisation.ExternalIds, StringComparer.Ordinal).Select(gone => ExternalId.Of(gone, id)));
            db.AddRange(organisation.ExternalIds.Except(before, StringComparer.Ordinal).Select(added => ExternalId.Of(added, id)));
            db.Append(new OrganisationUpdated(organisation.State), now);
            try
            {
                await db.SaveChangesAsync(ct);
            }
            catch (DbUpdateException e) when (e.Violates(MemberOrganisationMapping.UniqueExternalId))
            {
                return OrganisationErrors.ExternalIdTaken.ToProblem("One of these external ids belongs to another record.", [new FieldError("/externalIds", "taken", "Ids that no other record has")]);
            }
        }

        return TypedResults.Ok(OrganisationResponse.Of(organisation));
    }

    // Only what is given is checked: a rule that came later must not stand in the way of another field's change.
    private static OrganisationContent Merge(FieldErrors errors, MemberOrganisation current, Request request)
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

        return new OrganisationContent(
            request.Name.Or(current.Name) ?? "",
            request.Names.IsGiven ? LanguageTexts.Canonical(request.Names.Value) : current.Names,
            request.Acronym.Or(current.Acronym),
            request.Country.IsGiven ? OrganisationRules.Country(errors, request.Country.Value) : current.Country,
            request.Types.IsGiven ? MovementTypes.Canonical(request.Types.Value ?? []) : current.Types,
            request.Website.Or(current.Website));
    }
}
