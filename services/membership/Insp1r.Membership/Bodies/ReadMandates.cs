using Insp1r.Membership.Data;
using Insp1r.Membership.Persons;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Bodies;

/// <summary>
/// Who sits, or sat, in a body: those whom the caller may see by <see cref="PersonAccess"/>; the stewards of the body's node see all, since they answer
/// for it, wherever the person's record is kept. The counts of <see cref="BodyResponse"/> have the others, too.
/// </summary>
internal static class ReadMandates
{
    /// <summary>
    /// A mandate; <c>personNode</c> keeps the person's record. <c>name</c> and <c>title</c> are null where they are not shown to you; of a person at risk
    /// they are shown to those who keep the record.
    /// </summary>
    public sealed record Response(Guid Id, Guid PersonId, string PersonNode, string? Name, string? Title, DateOnly From, DateOnly? To, DateTimeOffset? EndedAt);

    /// <summary>Past mandates are for stewards. A page may hold fewer than were asked for, or none: go on while there is a <c>next</c>.</summary>
    public static async Task<Results<Ok<Page<Response>>, ProblemHttpResult>> HandleAsync(
        Guid id, [AsParameters] PageQuery page, MembershipDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        if (page.Check(out var limit) is { } bad)
            return bad;
        if (!KeysetCursor.TryDecode(page.After, out _, out var after))
            return KeysetCursor.Refuse();
        if (await db.Bodies.AsNoTracking().SingleOrDefaultAsync(b => b.Id == id, ct) is not { } body || !caller.May(Role.Reader, body.Node))
            return CommonErrors.Missing("body", id);

        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var rows = await (
            from role in db.PersonRoles.AsNoTracking()
            join person in db.Persons.AsNoTracking() on role.PersonId equals person.Id
            where role.Node == body.Node && role.Body == body.Code && role.Id > after
            orderby role.Id
            select new { Role = role, Person = person }).Take(limit + 1).ToListAsync(ct);
        var shown = rows.Take(limit).Where(row => !(page.IsFile && row.Person.AtRisk)).Select(row => Show(caller, body, row.Role, row.Person, today)).OfType<Response>().ToList();
        return TypedResults.Ok(new Page<Response>(shown, rows.Count > limit ? KeysetCursor.Encode("", rows[limit - 1].Role.Id) : null));
    }

    private static Response? Show(Caller caller, DecisionBody body, PersonRole role, Person person, DateOnly today)
    {
        var keepsBody = caller.May(Role.Steward, body.Node);
        var sight = person.ErasedAt is null ? caller.SightOf(person) : null;
        var isCurrent = role.EndedAt is null && role.From <= today && (role.To is null || role.To >= today);
        if (!keepsBody && (sight is null || person.RolesLevel > sight || (!isCurrent && sight < PublicationLevel.Private)))
            return null;

        var seesName = person.ErasedAt is null && (person.NameLevel <= sight || (keepsBody && !person.AtRisk));
        return new Response(
            role.Id, person.Id, person.Node, seesName ? person.Name : null, seesName || person.RolesLevel <= sight ? role.Title : null, role.From, role.To, role.EndedAt);
    }
}
