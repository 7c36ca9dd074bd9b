using Insp1r.Contracts.Membership;
using Insp1r.Membership.Accounts;
using Insp1r.Membership.Data;
using Insp1r.Membership.Persons;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Organisations;

/// <summary>Suspension, reinstatement and withdrawal: who decided, when and why stays with the record.</summary>
internal static class DecideOnOrganisation
{
    private const int MaxReason = 2_000;
    private const int MaxBody = 200;

    /// <summary><c>decidedBy</c> is the body that decided, such as "General assembly"; <c>decidedOn</c> the day, not in the future.</summary>
    public sealed record Request(string Reason, string DecidedBy, DateOnly DecidedOn);

    public static Task<Results<Ok<OrganisationResponse>, ProblemHttpResult>> SuspendAsync(
        Guid id, Request request, MembershipDb db, Caller caller, AccountAccess access, TimeProvider clock, CancellationToken ct) =>
        DecideAsync(id, request, "suspension", OrganisationStatus.Suspended, (o, at) => o.Suspend(at), o => new OrganisationSuspended(o), db, caller, access, clock, ct);

    public static Task<Results<Ok<OrganisationResponse>, ProblemHttpResult>> ReinstateAsync(
        Guid id, Request request, MembershipDb db, Caller caller, AccountAccess access, TimeProvider clock, CancellationToken ct) =>
        DecideAsync(id, request, "reinstatement", OrganisationStatus.Active, (o, at) => o.Reinstate(at), o => new OrganisationReinstated(o), db, caller, access, clock, ct);

    public static Task<Results<Ok<OrganisationResponse>, ProblemHttpResult>> WithdrawAsync(
        Guid id, Request request, MembershipDb db, Caller caller, AccountAccess access, TimeProvider clock, CancellationToken ct) =>
        DecideAsync(id, request, "withdrawal", OrganisationStatus.Withdrawn, (o, at) => o.Withdraw(at), o => new OrganisationWithdrawn(o), db, caller, access, clock, ct);

    private static async Task<Results<Ok<OrganisationResponse>, ProblemHttpResult>> DecideAsync(
        Guid id, Request request, string decision, string status, Action<MemberOrganisation, DateTimeOffset> move,
        Func<OrganisationState, IOrganisationEvent> tell, MembershipDb db, Caller caller, AccountAccess access, TimeProvider clock, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (Check(request, now) is { } invalid)
            return invalid;

        await using var transaction = await db.JoinTransactionAsync(ct);
        // Locked, so that a sync which changes the same record waits instead of making this fail.
        var organisation = await db.Organisations.FromSql($"select * from member_organisation where id = {id} for update").SingleOrDefaultAsync(ct);
        if (organisation is null || !caller.May(Role.Reader, organisation.Node))
            return CommonErrors.Missing("organisation", id);
        if (!caller.May(Role.Steward, organisation.Node))
            return AccessErrors.OutsideYourNodes.ToProblem($"You are not a steward of {organisation.Node}.");
        if (!organisation.CanMoveTo(status))
            return OrganisationErrors.IllegalMove.ToProblem($"The organisation is {organisation.Status}; it cannot become {status}.");

        db.Add(new OrganisationDecision
        {
            Id = Guid.CreateVersion7(now),
            OrganisationId = id,
            Decision = decision,
            FromStatus = organisation.Status,
            ToStatus = status,
            Reason = request.Reason,
            DecidedBy = request.DecidedBy,
            DecidedOn = request.DecidedOn,
            ClientId = caller.Id,
            RecordedAt = now,
        });
        move(organisation, now);
        db.Append(tell(organisation.State), now, reason: request.Reason);
        if (status == OrganisationStatus.Withdrawn)
            await RolesOfOrganisation.EndAsync(db, access, id, request.DecidedOn, caller.Id, now, ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        await access.TellAsync(ct);
        return TypedResults.Ok(OrganisationResponse.Of(organisation));
    }

    private static ProblemHttpResult? Check(Request request, DateTimeOffset now)
    {
        var errors = new FieldErrors();
        errors.Required("/reason", request.Reason, MaxReason);
        errors.Required("/decidedBy", request.DecidedBy, MaxBody);
        // Somewhere in the world it is tomorrow already.
        if (request.DecidedOn > DateOnly.FromDateTime(now.UtcDateTime).AddDays(1) || request.DecidedOn.Year < 1900)
            errors.Add("/decidedOn", "out-of-range", "The day of the decision: not in the future.");
        return errors.Any ? errors.ToProblem() : null;
    }
}
