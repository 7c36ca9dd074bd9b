using Insp1r.Contracts.Membership;
using Insp1r.Membership.Data;
using Insp1r.Membership.Merging;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.Membership.Services;

/// <summary>Takes back a service that was recorded by mistake, such as another organisation's. It is in no list any more, also of earlier days; its history has why.</summary>
internal static class WithdrawService
{
    /// <summary><c>reason</c> has 1 to 2000 characters, and names no person.</summary>
    public sealed record Request(string Reason);

    public static async Task<Results<Ok<ServiceResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, Guid serviceId, Request request, IfMatch ifMatch, MembershipDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        if (await db.StandingAsync(id, ct) is not { } organisation || !caller.May(Role.Reader, organisation.Node) || await db.ServiceOfAsync(organisation, serviceId, ct) is not { } service)
            return CommonErrors.Missing("service", serviceId);
        if (organisation.RefusesChange(id, caller) is { } notYours)
            return notYours;
        if (ifMatch.Refuses(service.Version) is { } refusal)
            return refusal;
        if (service.WithdrawnAt is { } at)
            return ServiceErrors.Withdrawn.ToProblem($"It was withdrawn on {at:yyyy-MM-dd}.");

        var errors = new FieldErrors();
        errors.Reason(request.Reason);
        if (errors.Any)
            return errors.ToProblem();

        var now = clock.GetUtcNow();
        service.Withdraw(now);
        db.Append(new ServiceWithdrawn(service.State), now, reason: request.Reason);
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(ServiceResponse.Of(service, organisation));
    }
}
