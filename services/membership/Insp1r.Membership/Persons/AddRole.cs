using Insp1r.Membership.Affiliations;
using Insp1r.Membership.Bodies;
using Insp1r.Membership.Data;
using Insp1r.Membership.Merging;
using Insp1r.Membership.Nodes;
using Insp1r.Membership.Organisations;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Persons;

internal static class AddRole
{
    private const int MaxTitle = 200;

    /// <summary>
    /// A contact of a member organisation (<c>organisationId</c>), or a mandate: in an organisation, or in a <c>body</c> of a <c>node</c>,
    /// such as steering-committee of insp1r.africa.rw. Its assembly, steering-committee, board and audit need not be added before. <c>to</c> is the last day of the term, where it is known.
    /// </summary>
    public sealed record Request(
        PersonRoleKind Kind, string Title, DateOnly From, DateOnly? To = null, Guid? OrganisationId = null, string? Node = null, string? Body = null);

    public static async Task<Results<Created<RoleResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, Request request, MembershipDb db, Caller caller, NodeDirectory nodes, TimeProvider clock, CancellationToken ct)
    {
        await using var transaction = await db.JoinTransactionAsync(ct);
        // Before the person, as a withdrawal does it: that ends the roles that it finds.
        var organisation = request.OrganisationId is { } organisationId ? await db.KeepStandingAsync(organisationId, ct) : null;
        if (await db.LockPersonAsync(id, ct) is not { } person)
            return CommonErrors.Missing("person", id);
        // Who may speak for others is decided; whom to write to is noted.
        var needed = request.Kind == PersonRoleKind.Mandate ? Role.Steward : Role.Contributor;
        if (caller.Refuses(person, needed) is { } refusal)
            return refusal;

        var errors = Check(request);
        if (errors.Any)
            return errors.ToProblem();
        // An organisation of the person's own network; what belongs to another is as if it were not there.
        if (organisation is not null && !NodePath.Covers(person.Node, organisation.Node))
            organisation = null;
        if (organisation is not null && organisation.Id != request.OrganisationId)
            return OldIds.Refuse(organisation);
        var node = await PlaceAsync(errors, request, person, organisation, nodes, ct);
        if (errors.Any)
            return errors.ToProblem();
        if (!caller.May(needed, node))
            return AccessErrors.OutsideYourNodes.ToProblem($"You are not a {needed.ToString().ToLowerInvariant()} of {node}.");

        var now = clock.GetUtcNow();
        if (request.Body is { } body)
            await DecisionBody.SeatAsync(errors, db, node, body, request.From, now, ct);
        if (errors.Any)
            return errors.ToProblem();
        var role = PersonRole.Record(
            Guid.CreateVersion7(now), id, request.Kind, request.OrganisationId, node, request.Body, request.Title, request.From, request.To, now);
        db.Add(role);
        db.AuditPerson(person, "role-added", null, RoleResponse.Of(role), now);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Created($"/api/v1/persons/{id}/roles", RoleResponse.Of(role));
    }

    private static FieldErrors Check(Request request)
    {
        var errors = new FieldErrors();
        errors.Required("/title", request.Title, MaxTitle);
        errors.Date("/from", request.From);
        errors.Date("/to", request.To);
        errors.Period("/to", request.From, request.To);
        if (request.OrganisationId is null && request.Kind == PersonRoleKind.Contact)
            errors.Add("/organisationId", "required", "The organisation that it is a contact of.");
        if (request.OrganisationId is not null && (request.Node is not null || request.Body is not null))
            errors.Add("/body", "not-both", "A role is in an organisation or in a body of a node.");
        if (request.OrganisationId is null && request.Kind == PersonRoleKind.Mandate)
        {
            errors.Node("/node", request.Node ?? "");
            if (!DecisionBody.IsCode(request.Body))
                errors.Add("/body", "bad-body", $"1 to {DecisionBody.MaxCode} lower-case letters, digits and hyphens, such as steering-committee.");
        }

        return errors;
    }

    private static async Task<string> PlaceAsync(
        FieldErrors errors, Request request, Person person, MemberOrganisation? organisation, NodeDirectory nodes, CancellationToken ct)
    {
        if (organisation is not null)
        {
            if (AffiliationStatus.IsOver(organisation.Status))
                errors.Add("/organisationId", "withdrawn-organisation", "It is no member any more, and nobody speaks for it here.");
            return organisation.Node;
        }

        if (request.OrganisationId is not null)
        {
            errors.Add("/organisationId", "unknown-organisation", $"There is no such member organisation in {person.Node}.");
        }
        else if (!await nodes.ExistsAsync(request.Node!, ct))
        {
            errors.Add("/node", "unknown-node", $"There is no node {request.Node}.");
        }

        return request.Node ?? "";
    }
}
