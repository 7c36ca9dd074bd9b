using Insp1r.Membership.Access;
using Insp1r.Membership.Data;
using Insp1r.Membership.Nodes;
using Insp1r.Membership.Persons;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Accounts.Keeping;

/// <summary>What a person may do begins and ends by a steward's word, or with the role that it came with. What ended stays on record.</summary>
internal static class KeepGrants
{
    /// <summary><c>until</c>: when it ends, if that is known. <c>personRoleId</c>: the contact role or mandate that it comes and ends with.</summary>
    public sealed record Request(string Grant, DateTimeOffset? Until = null, Guid? PersonRoleId = null);

    public static async Task<Results<Ok<AccountResponse>, ProblemHttpResult>> GiveAsync(
        Guid id, Request request, Caller caller, MembershipDb db, NodeDirectory nodes, AccountAccess access, TimeProvider clock, CancellationToken ct)
    {
        if (await ReadAccounts.FindAsync(id, caller, db, ct) is not { } account)
            return AccountErrors.Missing();
        if (!account.IsOpen)
            return AccountErrors.Closed.ToProblem("A closed account can do nothing; invite the person anew.");

        var now = clock.GetUtcNow();
        var errors = new FieldErrors();
        if (GrantRules.Check(errors, "/grant", caller, request.Grant) is { } refusal)
            return refusal;
        await GrantRules.CheckNodeAsync(errors, "/grant", request.Grant, nodes, ct);
        if (request.Until <= now)
            errors.Add("/until", "out-of-range", "A moment in the future.");
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // A role of the person does not end while something is tied to it.
        await db.LockPersonAsync(account.PersonId, ct);
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var role = await db.PersonRoles.AsNoTracking().SingleOrDefaultAsync(r => r.Id == request.PersonRoleId && r.PersonId == account.PersonId && r.EndedAt == null, ct);
        if (request.PersonRoleId is not null && (role is null || role.From > today || role.To < today))
            errors.Add("/personRoleId", "unknown-role", "A role that this person has now.");
        if (errors.Any)
            return errors.ToProblem();

        // A term that ends takes along what came with it.
        DateTimeOffset? term = role?.To?.AddDays(1).ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);
        var until = request.Until is null || term < request.Until ? term ?? request.Until : request.Until;
        // Given twice is the same as once.
        if (!await db.AccountGrants.AnyAsync(g => g.AccountId == id && g.Grant == request.Grant && g.Until == until && g.PersonRoleId == request.PersonRoleId && g.OverrideReason == null, ct))
        {
            db.Add(AccountGrant.Give(id, request.Grant, now, until, caller.Id, request.PersonRoleId));
            account.ChangeAccess(now);
            access.Note(account, "grant-given", after: new { request.Grant, until, request.PersonRoleId });
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
            await access.TellAsync(ct);
        }

        return TypedResults.Ok(await AccountResponse.OfAsync(account, db, clock, ct));
    }

    public static async Task<Results<Ok<GrantResponse>, ProblemHttpResult>> EndAsync(
        Guid id, Guid grantId, Caller caller, MembershipDb db, AccountAccess access, TimeProvider clock, CancellationToken ct)
    {
        var grant = await db.AccountGrants.SingleOrDefaultAsync(g => g.Id == grantId && g.AccountId == id, ct);
        if (grant is null || !await TryEndAsync(grant, caller, db, access, clock, ct))
            return CommonErrors.NotFound.ToProblem("There is no such grant inside your nodes.");

        // Of the account nothing: who keeps only the grant's node is told no more than that.
        return TypedResults.Ok(GrantResponse.Of(grant));
    }

    /// <summary>False where the caller keeps neither the account nor the grant's node, whose stewards end what somebody from elsewhere may do there.</summary>
    public static async Task<bool> TryEndAsync(AccountGrant grant, Caller caller, MembershipDb db, AccountAccess access, TimeProvider clock, CancellationToken ct)
    {
        var account = await db.Accounts.SingleAsync(a => a.Id == grant.AccountId, ct);
        if (!caller.May(Role.Steward, account.Node) && !(Grant.TryParse(grant.Grant, out var parsed) && caller.May(Role.Steward, parsed.Node)))
            return false;

        var now = clock.GetUtcNow();
        if (grant.Until is null || grant.Until > now)
        {
            grant.End(now, caller.Id);
            account.ChangeAccess(now);
            access.Note(account, "grant-ended", before: new { grant.Grant });
            await access.SaveAsync(ct);
        }

        return true;
    }
}
