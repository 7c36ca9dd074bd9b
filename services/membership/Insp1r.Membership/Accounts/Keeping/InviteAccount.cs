using Insp1r.Membership.Access;
using Insp1r.Membership.Data;
using Insp1r.Membership.Mail;
using Insp1r.Membership.Nodes;
using Insp1r.Membership.Persons;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Accounts.Keeping;

/// <summary>A steward invites a person. The person gets a link and chooses the password; the steward sees neither.</summary>
internal static class InviteAccount
{
    /// <summary><c>grants</c> are what the person may do from the start, such as contributor@insp1r.africa.rw. The mail goes to the person's recorded address.</summary>
    public sealed record Request(Guid PersonId, string[] Grants);

    public static async Task<Results<Created<AccountResponse>, ProblemHttpResult>> HandleAsync(
        Request request, Caller caller, MembershipDb db, NodeDirectory nodes, Mails mails, AccountAccess access, TimeProvider clock, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // Locked: nobody is erased while they are invited.
        var person = await db.LockPersonAsync(request.PersonId, ct);
        if (person is not { ErasedAt: null } || !caller.May(Role.Steward, person.Node))
            return CommonErrors.NotFound.ToProblem("There is no such person inside your nodes.", [new FieldError("/personId", "unknown-person", "A person of your nodes.")]);

        var errors = new FieldErrors();
        if (person.Email is null)
            errors.Add("/personId", "no-address", "Record the person's e-mail address first: the invitation goes there.");
        else if (!EmailAddress.IsValid(person.Email))
            errors.Add("/personId", "bad-address", "Correct the person's e-mail address first: no mail can be sent to it.");
        if (GrantRules.Check(errors, caller, request.Grants, has: []) is { } refusal)
            return refusal;
        for (var i = 0; i < request.Grants.Length && !errors.Any; i++)
            await GrantRules.CheckNodeAsync(errors, $"/grants/{i}", request.Grants[i], nodes, ct);
        if (errors.Any)
            return errors.ToProblem();

        var now = clock.GetUtcNow();
        var account = await db.Accounts.SingleOrDefaultAsync(a => a.PersonId == person.Id, ct);
        if (account is { IsOpen: true })
            return AccountErrors.Exists.ToProblem("This person has an account already.");
        if (account is null)
            db.Add(account = Account.Open(Guid.NewGuid(), person.Id, person.Node, person.Email!, person.Language, caller.Id, now));
        else
        {
            account.Reopen(person.Email!, person.Language, now);
            await access.ForgetCredentialsAsync(account.Id, ct);
        }

        db.AddRange(request.Grants.Distinct(StringComparer.Ordinal).Select(grant => AccountGrant.Give(account.Id, grant, now, until: null, caller.Id)));
        access.Note(account, "invited", after: new { account.PersonId, account.Email, request.Grants });
        await mails.InviteAsync(account);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException e) when (e.Violates(AccountMapping.UniqueEmail))
        {
            return AccountErrors.Exists.ToProblem("Somebody with this e-mail address has an account already.");
        }

        await transaction.CommitAsync(ct);
        await access.TellAsync(ct);
        return TypedResults.Created($"/api/v1/accounts/{account.Id}", await AccountResponse.OfAsync(account, db, clock, ct));
    }
}
