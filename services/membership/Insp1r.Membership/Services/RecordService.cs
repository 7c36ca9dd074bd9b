using Insp1r.Contracts.Membership;
using Insp1r.Membership.Data;
using Insp1r.Membership.Merging;
using Insp1r.Membership.Strength;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.Membership.Services;

internal static class RecordService
{
    /// <summary>
    /// <c>kind</c> is health-insurance, microcredit and the like, or other: then <c>otherKind</c> says which. <c>branches</c> are of the nine of ILO C102, and may be none.
    /// <c>countries</c> are codes of ISO 3166-1, the organisation's own if not given; <c>from</c> and <c>to</c> the first and the last day. <c>reach</c> is
    /// how many people used it, a number for each year. <c>source</c> says where that is said, and names no person.
    /// </summary>
    public sealed record Request(
        string Kind,
        string? OtherKind = null,
        IReadOnlyList<string>? Branches = null,
        IReadOnlyList<string>? TargetGroups = null,
        IReadOnlyList<string>? Countries = null,
        IReadOnlyDictionary<string, string>? Description = null,
        DateOnly? From = null,
        DateOnly? To = null,
        string? Source = null,
        string? SourceUrl = null,
        IReadOnlyList<Headcount>? Reach = null);

    public static async Task<Results<Created<ServiceResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, Request request, MembershipDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        await using var transaction = await db.JoinTransactionAsync(ct);
        if (await db.KeepStandingAsync(id, ct) is not { } organisation || !caller.May(Role.Reader, organisation.Node))
            return CommonErrors.Missing("organisation", id);
        if (organisation.RefusesChange(id, caller) is { } notYours)
            return notYours;

        var now = clock.GetUtcNow();
        var errors = new FieldErrors();
        var content = ServiceRules.Check(
            errors,
            new ServiceContent(
                request.Kind, request.OtherKind, [.. request.Branches ?? []], [.. request.TargetGroups ?? []], [.. request.Countries ?? [organisation.Country]],
                request.Description ?? LanguageTexts.None, request.From, request.To, request.Source, request.SourceUrl, request.Reach ?? []),
            now);
        if (errors.Any)
            return errors.ToProblem();

        var service = MemberService.Record(Guid.CreateVersion7(now), organisation, content, now);
        db.Add(service);
        db.Append(new ServiceRecorded(service.State), now);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Created($"/api/v1/organisations/{id}/services/{service.Id}", ServiceResponse.Of(service, organisation));
    }
}
