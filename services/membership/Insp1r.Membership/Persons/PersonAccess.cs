using Insp1r.Contracts.Membership;
using Insp1r.Membership.Data;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Persons;

/// <summary>
/// Who sees what of a person inside the node: a steward everything; a contributor, who keeps the contacts, all but private fields; a
/// reader the same, and nothing of persons at risk or of those who show nothing. To everybody else there is no such person.
/// </summary>
internal static class PersonAccess
{
    /// <summary>The narrowest level that the caller sees, or null where there is no such person for them.</summary>
    public static PublicationLevel? SightOf(this Caller caller, Person person) =>
        caller.May(Role.Steward, person.Node) ? PublicationLevel.Private
        : caller.May(Role.Contributor, person.Node) ? PublicationLevel.Node
        : caller.May(Role.Reader, person.Node) && !person.AtRisk && person.Levels.Widest() <= PublicationLevel.Node ? PublicationLevel.Node
        : null;

    /// <summary>Null where the caller has this role for the person, else the problem to answer.</summary>
    public static ProblemHttpResult? Refuses(this Caller caller, Person person, Role role)
    {
        var isSteward = caller.May(Role.Steward, person.Node);
        if (person.ErasedAt is { } at && isSteward)
            return PersonErrors.Erased.ToProblem($"The person {person.Id} was erased on {at:yyyy-MM-dd}; what is left is that there was one.");
        if (person.ErasedAt is not null || caller.SightOf(person) is null)
            return CommonErrors.Missing("person", person.Id);
        return caller.May(role, person.Node) ? null : AccessErrors.OutsideYourNodes.ToProblem($"You are not a {role.ToString().ToLowerInvariant()} of {person.Node}.");
    }

    /// <summary>features.md, G5: a list about a person at risk is read on screen, and is no file.</summary>
    public static ProblemHttpResult? RefusesFile(this PageQuery page, Person person) =>
        page.IsFile && person.AtRisk ? AccessErrors.Forbidden.ToProblem("What is known of a person at risk goes into no file.") : null;

    /// <summary>
    /// Says in the audit trail what was changed of a person, or of what belongs to the person: under the person's id, so that an erasure
    /// finds it.
    /// </summary>
    public static void AuditPerson(this MembershipDb db, Person person, string what, object? before, object? after, DateTimeOffset at) =>
        db.Audit("person", person.Id, person.Version, person.Node, $"membership.person-{what}", before, after, at, personal: true);

    /// <summary>
    /// Tells the other services that the person is hidden, or shown again. Its reason is a word: a text of the request could name the person,
    /// where no erasure reaches.
    /// </summary>
    public static void TellSight(this MembershipDb db, Person person, DateTimeOffset at)
    {
        var whom = new PersonReference(person.Id, person.Version, person.Node);
        if (person.AtRisk)
            db.Append(new PersonHidden(whom), at, reason: "at-risk");
        else
            db.Append(new PersonShown(whom), at, reason: "at-risk-no-more");
    }

    /// <summary>
    /// The person, locked to the end of the transaction: what is recorded of somebody, and that they are erased, or that their consent
    /// ends, come one after the other.
    /// </summary>
    public static Task<Person?> LockPersonAsync(this MembershipDb db, Guid id, CancellationToken ct) =>
        db.Persons.FromSql($"select * from person where id = {id} for update").SingleOrDefaultAsync(ct);
}
