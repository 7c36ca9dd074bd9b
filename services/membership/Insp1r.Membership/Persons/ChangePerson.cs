using Insp1r.Membership.Data;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.Membership.Persons;

internal static class ChangePerson
{
    /// <summary>Only the fields that are given change; null clears e-mail and phone. A field that you may not see you may not change.</summary>
    public sealed record Request
    {
        public Optional<string?> Name { get; init; }
        public Optional<string?> Email { get; init; }
        public Optional<string?> Phone { get; init; }
        public Optional<string?> Language { get; init; }
        public Optional<bool> AtRisk { get; init; }
    }

    public static async Task<Results<Ok<PersonResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, Request request, IfMatch ifMatch, MembershipDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        await using var transaction = await db.JoinTransactionAsync(ct);
        if (await db.LockPersonAsync(id, ct) is not { } person)
            return CommonErrors.Missing("person", id);
        if (caller.Refuses(person, Role.Contributor) is { } refusal)
            return refusal;
        if (ifMatch.Refuses(person.Version) is { } stale)
            return stale;
        if (Hidden(request, person, caller) is { } hidden)
            return AccessErrors.OutsideYourNodes.ToProblem($"Only a steward of {person.Node} changes {hidden}.");

        var errors = new FieldErrors();
        if (request.Name.IsGiven)
            PersonRules.Name(errors, request.Name.Value);
        if (request.Email.IsGiven)
            PersonRules.Email(errors, request.Email.Value);
        if (request.Phone.IsGiven)
            PersonRules.Phone(errors, request.Phone.Value);
        if (request.Language.IsGiven)
            PersonRules.Language(errors, request.Language.Value);
        if (errors.Any)
            return errors.ToProblem();

        var content = new PersonContent(
            request.Name.Or(person.Name) ?? "", request.Email.Or(person.Email), request.Phone.Or(person.Phone),
            request.Language.Or(person.Language) ?? "", request.AtRisk.Or(person.AtRisk));
        var (before, now) = (PersonResponse.Of(person, PublicationLevel.Private), clock.GetUtcNow());
        if (person.Change(content, now))
        {
            db.AuditPerson(person, "changed", before, PersonResponse.Of(person, PublicationLevel.Private), now);
            if (person.AtRisk != before.AtRisk)
                db.TellSight(person, now);
            await db.SaveChangesAsync(ct);
        }

        await transaction.CommitAsync(ct);
        return TypedResults.Ok(PersonResponse.Of(person, caller.SightOf(person) ?? PublicationLevel.Public));
    }

    // Taking the mark away shows somebody who was hidden: that is a decision.
    private static string? Hidden(Request request, Person person, Caller caller)
    {
        var sight = caller.SightOf(person);
        return request.Name.IsGiven && person.NameLevel > sight ? "a private name"
            : request.Email.IsGiven && person.EmailLevel > sight ? "a private e-mail address"
            : request.Phone.IsGiven && person.PhoneLevel > sight ? "a private telephone number"
            : request.AtRisk is { IsGiven: true, Value: false } && person.AtRisk && sight < PublicationLevel.Private ? "who is at risk no more"
            : null;
    }
}
