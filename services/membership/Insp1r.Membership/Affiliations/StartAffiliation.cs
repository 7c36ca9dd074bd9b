using Insp1r.Contracts.Membership;
using Insp1r.Membership.Data;
using Insp1r.Membership.Merging;
using Insp1r.Membership.Nodes;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Affiliations;

/// <summary>A membership beside the one that an organisation was registered with; or a new one, after that had ended.</summary>
internal static class StartAffiliation
{
    /// <summary>
    /// <c>node</c> is the network; <c>status</c> applied, admitted or active (if not given); <c>since</c> the first day, today if not given, never in the
    /// future; <c>throughId</c> the federation through which it stands, if not directly.
    /// </summary>
    public sealed record Request(string Node, string Category = AffiliationCategory.Full, string Status = AffiliationStatus.Active, DateOnly? Since = null, Guid? ThroughId = null);

    public static async Task<Results<Created<AffiliationResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, Request request, MembershipDb db, Caller caller, NodeDirectory nodes, TimeProvider clock, CancellationToken ct)
    {
        await using var transaction = await db.JoinTransactionAsync(ct);
        // The federation first, as its end does it.
        await db.KeepFederationAsync(request.ThroughId, ct);
        // Locked, so that a merge takes this affiliation with it, or makes this fail.
        if (await db.LockStandingAsync(id, ct) is not { } organisation || !caller.May(Role.Reader, organisation.Node))
            return CommonErrors.Missing("organisation", id);
        if (organisation.Id != id)
            return OldIds.Refuse(organisation);

        var now = clock.GetUtcNow();
        var errors = new FieldErrors();
        errors.Node("/node", request.Node);
        AffiliationRules.Start(errors, request.Category, request.Status, request.Since, now);
        if (errors.Any)
            return errors.ToProblem();
        // Whoever keeps contacts notes an application; who is a member is decided.
        if (!caller.May(request.Status == AffiliationStatus.Applied ? Role.Contributor : Role.Steward, request.Node))
            return AccessErrors.OutsideYourNodes.ToProblem($"Members of {request.Node} are admitted by its stewards.");
        if (!await nodes.ExistsAsync(request.Node, ct))
            errors.Add("/node", "unknown-node", $"There is no node {request.Node}.");
        await AffiliationRules.ThroughAsync(errors, request.ThroughId, id, request.Node, db, ct);
        if (errors.Any)
            return errors.ToProblem();

        var since = request.Since ?? DateOnly.FromDateTime(now.UtcDateTime);
        if (await db.Affiliations.Where(a => a.OrganisationId == id && a.Node == request.Node && a.Until > since).MaxAsync(a => a.Until, ct) is { } until)
        {
            errors.Add("/since", "out-of-range", $"An earlier membership of it ended on {until:yyyy-MM-dd}; a new one begins then or later.");
            return errors.ToProblem();
        }

        var affiliation = Affiliation.Start(Guid.CreateVersion7(now), id, request.Node, request.ThroughId, request.Category, request.Status, since, caller.Id, now);
        db.Add(affiliation);
        db.Append(new AffiliationStarted(affiliation.State), now);
        if (organisation.Stand(affiliation, now))
            db.Append(new OrganisationUpdated(organisation.State), now);
        try
        {
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
        }
        catch (DbUpdateException e) when (e.Violates(AffiliationMapping.OneAtATime))
        {
            return AffiliationErrors.Exists.ToProblem($"It is affiliated to {request.Node} already; that ends first.");
        }

        return TypedResults.Created($"/api/v1/organisations/{id}/affiliations", AffiliationResponse.Of(affiliation, organisation.Name));
    }
}
