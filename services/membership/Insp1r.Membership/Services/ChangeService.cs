using Insp1r.Contracts.Membership;
using Insp1r.Membership.Data;
using Insp1r.Membership.Merging;
using Insp1r.Membership.Strength;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Services;

internal static class ChangeService
{
    /// <summary>Only the fields that are given change; null clears what may be absent. Lists and descriptions are replaced as a whole.</summary>
    public sealed record Request
    {
        public Optional<string?> Kind { get; init; }
        public Optional<string?> OtherKind { get; init; }
        public Optional<IReadOnlyList<string>?> Branches { get; init; }
        public Optional<IReadOnlyList<string>?> TargetGroups { get; init; }
        public Optional<IReadOnlyList<string>?> Countries { get; init; }
        public Optional<IReadOnlyDictionary<string, string>?> Description { get; init; }
        public Optional<DateOnly?> From { get; init; }
        public Optional<DateOnly?> To { get; init; }
        public Optional<string?> Source { get; init; }
        public Optional<string?> SourceUrl { get; init; }
        public Optional<IReadOnlyList<Headcount>?> Reach { get; init; }
    }

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

        var now = clock.GetUtcNow();
        var errors = new FieldErrors();
        var content = ServiceRules.Check(errors, Merge(service.Content, request), now);
        if (errors.Any)
            return errors.ToProblem();

        if (service.Change(content, now))
        {
            db.Append(new ServiceChanged(service.State), now);
            await db.SaveChangesAsync(ct);
        }

        return TypedResults.Ok(ServiceResponse.Of(service, organisation));
    }

    private static ServiceContent Merge(ServiceContent current, Request request) => new(
        request.Kind.Or(current.Kind)!,
        request.OtherKind.Or(current.OtherKind),
        request.Branches.IsGiven ? [.. request.Branches.Value ?? []] : current.Branches,
        request.TargetGroups.IsGiven ? [.. request.TargetGroups.Value ?? []] : current.TargetGroups,
        request.Countries.IsGiven ? [.. request.Countries.Value ?? []] : current.Countries,
        request.Description.Or(current.Description) ?? LanguageTexts.None,
        request.From.Or(current.From),
        request.To.Or(current.To),
        request.Source.Or(current.Source),
        request.SourceUrl.Or(current.SourceUrl),
        request.Reach.Or(current.Reach) ?? []);
}
