using Insp1r.Membership.Data;
using Insp1r.Membership.Nodes;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.Membership.Persons;

internal static class RecordPerson
{
    /// <summary>
    /// <c>node</c> owns the record, for good. <c>language</c> is the one to write in. <c>levels</c> may show fields to the node; what shows
    /// them to others needs a recorded basis first. What is not given is private.
    /// </summary>
    public sealed record Request(
        string Node, string Name, string Language, string? Email = null, string? Phone = null, bool AtRisk = false, PersonLevels? Levels = null);

    public static async Task<Results<Created<PersonResponse>, ProblemHttpResult>> HandleAsync(
        Request request, MembershipDb db, Caller caller, NodeDirectory nodes, TimeProvider clock, CancellationToken ct)
    {
        var errors = new FieldErrors();
        errors.Node("/node", request.Node);
        PersonRules.Name(errors, request.Name);
        PersonRules.Email(errors, request.Email);
        PersonRules.Phone(errors, request.Phone);
        PersonRules.Language(errors, request.Language);
        if (errors.Any)
            return errors.ToProblem();
        if (!caller.May(Role.Contributor, request.Node))
            return AccessErrors.OutsideYourNodes.ToProblem($"You are not a contributor to {request.Node}.");
        if (!await nodes.ExistsAsync(request.Node, ct))
        {
            errors.Add("/node", "unknown-node", $"There is no node {request.Node}.");
            return errors.ToProblem();
        }

        var levels = request.Levels ?? PersonLevels.AllPrivate;
        if (levels.Missing([]) is { Count: > 0 } missing)
            return PublishPerson.Refuse(missing);

        var now = clock.GetUtcNow();
        var content = new PersonContent(request.Name, request.Email, request.Phone, request.Language, request.AtRisk);
        var person = Person.Record(Guid.CreateVersion7(now), request.Node, content, levels, now);
        db.Add(person);
        db.AuditPerson(person, "recorded", null, PersonResponse.Of(person, PublicationLevel.Private), now);
        if (person.AtRisk)
            db.TellSight(person, now);
        await db.SaveChangesAsync(ct);
        return TypedResults.Created($"/api/v1/persons/{person.Id}", PersonResponse.Of(person, caller.SightOf(person) ?? PublicationLevel.Public));
    }
}
