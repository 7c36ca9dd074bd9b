using Insp1r.Contracts.Membership;
using Insp1r.Membership.Affiliations;
using Insp1r.Membership.Data;
using Insp1r.Membership.Nodes;
using Insp1r.Membership.Reference;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Organisations;

internal static class RegisterOrganisation
{
    /// <summary>
    /// <c>node</c> is the path of the network it is a member of; <c>name</c> its own name, <c>names</c> its name in other languages;
    /// <c>country</c> an ISO 3166-1 code (alpha-2, alpha-3 or M49); <c>externalIds</c> its ids in other systems, as namespace:value.
    /// The rest is of its membership: <c>category</c> full (if not given), associate, strategic-partner or observer; <c>status</c> active (if not given),
    /// admitted or applied; <c>since</c> the first day, today if not given; <c>throughId</c> its federation, if it is a member through one.
    /// </summary>
    public sealed record Request(
        string Node,
        string Name,
        string Country,
        IReadOnlyList<string> Types,
        IReadOnlyDictionary<string, string>? Names = null,
        string? Acronym = null,
        string? Website = null,
        IReadOnlyList<string>? ExternalIds = null,
        string Category = AffiliationCategory.Full,
        string Status = AffiliationStatus.Active,
        DateOnly? Since = null,
        Guid? ThroughId = null);

    public static async Task<Results<Created<OrganisationResponse>, ProblemHttpResult>> HandleAsync(
        Request request, MembershipDb db, Caller caller, NodeDirectory nodes, TimeProvider clock, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var errors = new FieldErrors();
        var content = ReadContent(errors, request);
        OrganisationRules.ExternalIds(errors, request.ExternalIds);
        AffiliationRules.Start(errors, request.Category, request.Status, request.Since, now);
        if (!NodePath.IsValid(request.Node))
            errors.Add("/node", "bad-path", "A node's path, such as insp1r.africa.rw.");
        if (errors.Any)
            return errors.ToProblem();
        if (!caller.May(Role.Contributor, request.Node))
            return AccessErrors.OutsideYourNodes.ToProblem($"You are not a contributor to {request.Node}.");
        if (!await nodes.ExistsAsync(request.Node, ct))
        {
            errors.Add("/node", "unknown-node", $"There is no node {request.Node}.");
            return errors.ToProblem();
        }

        await using var transaction = await db.JoinTransactionAsync(ct);
        await db.KeepFederationAsync(request.ThroughId, ct);
        var id = Guid.CreateVersion7(now);
        await AffiliationRules.ThroughAsync(errors, request.ThroughId, id, request.Node, db, ct);
        if (errors.Any)
            return errors.ToProblem();

        var since = request.Since ?? DateOnly.FromDateTime(now.UtcDateTime);
        var organisation = MemberOrganisation.Register(id, request.Node, content, [.. request.ExternalIds ?? []], request.Status, since, now);
        db.Add(organisation);
        var affiliation = Affiliation.Start(Guid.CreateVersion7(now), id, request.Node, request.ThroughId, request.Category, request.Status, since, caller.Id, now);
        db.Add(affiliation);
        // That it is full and active is what the registration says.
        if ((request.Category, request.Status, request.ThroughId) is not (AffiliationCategory.Full, AffiliationStatus.Active, null))
            db.Append(new AffiliationStarted(affiliation.State), now);
        db.AddRange(organisation.ExternalIds.Select(id => ExternalId.Of(id, organisation.Id)));
        db.Append(new OrganisationRegistered(organisation.State), now);
        try
        {
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
        }
        catch (DbUpdateException e) when (e.Violates(MemberOrganisationMapping.UniqueExternalId))
        {
            return OrganisationErrors.ExternalIdTaken.ToProblem("One of these external ids belongs to another record.", [new FieldError("/externalIds", "taken", "Ids that no other record has")]);
        }

        return TypedResults.Created($"/api/v1/organisations/{organisation.Id}", OrganisationResponse.Of(organisation));
    }

    private static OrganisationContent ReadContent(FieldErrors errors, Request request)
    {
        OrganisationRules.Name(errors, request.Name);
        OrganisationRules.Names(errors, request.Names);
        OrganisationRules.Acronym(errors, request.Acronym);
        var country = OrganisationRules.Country(errors, request.Country);
        OrganisationRules.Types(errors, request.Types);
        OrganisationRules.Website(errors, request.Website);
        return new OrganisationContent(
            request.Name, LanguageTexts.Canonical(request.Names), request.Acronym, country, MovementTypes.Canonical(request.Types), request.Website);
    }
}
