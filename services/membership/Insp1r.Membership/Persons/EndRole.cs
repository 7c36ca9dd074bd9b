using Insp1r.Membership.Accounts;
using Insp1r.Membership.Data;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Persons;

/// <summary>Ends a role. What follows from it, such as access, ends here, in the same transaction.</summary>
internal static class EndRole
{
    private const int MaxReason = 500;

    /// <summary>
    /// <c>to</c> is the last day, not in the future, since the role ends with this request: today if not given, or the last day of a term
    /// that is over (of a role that never began its first day).
    /// </summary>
    public sealed record Request(string Reason, DateOnly? To = null);

    public static async Task<Results<Ok<RoleResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, Guid roleId, Request request, MembershipDb db, Caller caller, AccountAccess access, TimeProvider clock, CancellationToken ct)
    {
        await using var transaction = await db.JoinTransactionAsync(ct);
        if (await db.LockPersonAsync(id, ct) is not { } person)
            return CommonErrors.Missing("person", id);
        if (caller.Refuses(person, Role.Contributor) is { } refusal)
            return refusal;
        // The lock on the person keeps it as it is.
        if (await db.PersonRoles.SingleOrDefaultAsync(r => r.Id == roleId && r.PersonId == id, ct) is not { } role)
            return CommonErrors.Missing("role", roleId);
        if (role.Kind == PersonRoleKind.Mandate && !caller.May(Role.Steward, person.Node))
            return AccessErrors.OutsideYourNodes.ToProblem($"A mandate is ended by a steward of {person.Node}.");
        if (!caller.May(Role.Steward, person.Node) && await access.HangsOnRoleAsync(roleId, ct))
            return AccessErrors.OutsideYourNodes.ToProblem($"What somebody may do on the platform hangs on this role: it is ended by a steward of {person.Node}.");

        if (await EndAsync(person, role, request, db, caller, access, clock.GetUtcNow(), ct) is { } problem)
            return problem;

        await transaction.CommitAsync(ct);
        await access.TellAsync(ct);
        return TypedResults.Ok(RoleResponse.Of(role));
    }

    /// <summary>
    /// Ends a role of a person who is locked, and saves; what the person's node is told is in its audit trail. The problem to answer where that cannot be.
    /// <see cref="AccountAccess.TellAsync"/> follows the commit.
    /// </summary>
    public static async Task<ProblemHttpResult?> EndAsync(
        Person person, PersonRole role, Request request, MembershipDb db, Caller caller, AccountAccess access, DateTimeOffset now, CancellationToken ct)
    {
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        if (Check(request, role, today) is { Any: true } errors)
            return errors.ToProblem();
        if (role.EndedAt is { } endedAt)
            return PersonErrors.RoleEnded.ToProblem($"It ended at {endedAt:O}.");

        await access.EndWithRoleAsync(role.Id, caller.Id, ct);
        var before = RoleResponse.Of(role);
        role.End(request.To ?? today, request.Reason, now);
        db.AuditPerson(person, "role-ended", before, RoleResponse.Of(role), now);
        await db.SaveChangesAsync(ct);
        return null;
    }

    private static FieldErrors Check(Request request, PersonRole role, DateOnly today)
    {
        var errors = new FieldErrors();
        errors.Required("/reason", request.Reason, MaxReason);
        // Somewhere in the world it is tomorrow already.
        if (request.To > today.AddDays(1))
            errors.Add("/to", "out-of-range", "The last day: not in the future.");
        errors.Period("/to", role.From, request.To);
        if (request.To > role.To)
            errors.Add("/to", "out-of-range", $"The term ended on {role.To:yyyy-MM-dd}; what came after is another role.");
        return errors;
    }
}
