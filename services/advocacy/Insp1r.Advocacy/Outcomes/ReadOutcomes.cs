using Insp1r.Advocacy.Coding;
using Insp1r.Advocacy.Data;
using Insp1r.Advocacy.Publishing;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Advocacy.Outcomes;

/// <summary>An outcome. <paramref name="SubstantiatedBy"/> is the network whose agreement made it substantiated, and <paramref name="SubstantiatedOn"/> when.</summary>
internal sealed record OutcomeResponse(
    Guid Id, int Version, string Node, Guid? DemandId, Guid? CampaignId, IReadOnlyDictionary<string, string> Title, string SourceLanguage,
    IReadOnlyDictionary<string, string>? Statement, IReadOnlyDictionary<string, string>? Significance, string? SocialActor, DateOnly? OccurredOn, string? Country,
    OutcomeType? Type, OutcomePolarity? Polarity, bool? Intended, PolicyStage? PolicyStage, IReadOnlyList<string> SdgTargets,
    IReadOnlyList<SocialProtectionBranch> Branches, IReadOnlyList<ContributionResponse> Contributions, IReadOnlyList<Evidence> Evidence, Publication Publication,
    OutcomeStatus Status, string? SubstantiatedBy, DateOnly? SubstantiatedOn, DateTimeOffset RecordedAt, DateTimeOffset ChangedAt) : IVersioned
{
    bool IVersioned.VersionTellsAll => false;

    public static OutcomeResponse Of(Outcome o) => new(
        o.Id, o.Version, o.Node, o.DemandId, o.CampaignId, o.Title, o.SourceLanguage, o.Statement, o.Significance, o.SocialActor, o.OccurredOn, o.Country,
        o.Type, o.Polarity, o.Intended, o.PolicyStage, o.SdgTargets, o.Branches.ToBranches(), [.. o.Contributions.Select(ContributionResponse.Of)], o.Evidence, o.Publication, o.Status,
        o.SubstantiatedBy, o.SubstantiatedOn, o.RecordedAt, o.ChangedAt);
}

/// <summary>
/// A contribution as it was claimed. <paramref name="CurrentOrganisationId"/> is the record that stands for the organisation's since they were
/// merged; null where there was no merge, or it was undone.
/// </summary>
internal sealed record ContributionResponse(Guid OrganisationId, string? Role, string? Claim, string Node, Guid? CurrentOrganisationId = null)
{
    public static ContributionResponse Of(Contribution c) => new(c.OrganisationId, c.Role, c.Claim, c.Node);
}

internal sealed record SubstantiationResponse(Guid Id, Guid OutcomeId, string Node, Verdict Verdict, string? Comment, DateTimeOffset GivenAt)
{
    public static SubstantiationResponse Of(Substantiation s) => new(s.Id, s.OutcomeId, s.Node, s.Verdict, s.Comment, s.GivenAt);
}

internal static class ReadOutcomes
{
    public sealed class Filter
    {
        /// <summary>Only the subtree of this node, such as insp1r.africa.rw.</summary>
        public string? Node { get; init; }

        /// <summary>ISO 3166-1 alpha-2, such as RW.</summary>
        public string? Country { get; init; }

        /// <summary>draft, submitted or substantiated.</summary>
        public string? Status { get; init; }

        /// <summary>behaviour, relationship, action, policy or practice.</summary>
        public string? Type { get; init; }

        /// <summary>Only those coded with this target of the Sustainable Development Goals, such as 1.3.</summary>
        public string? Sdg { get; init; }

        /// <summary>Part of a title or statement in any language; letters without their accents find those with them.</summary>
        public string? Text { get; init; }
    }

    public static async Task<Results<Ok<Page<OutcomeResponse>>, ProblemHttpResult>> List(
        [AsParameters] PageQuery page, [AsParameters] Filter filter, Caller caller, AdvocacyDb db, CancellationToken ct)
    {
        OutcomeStatus? status = null;
        OutcomeType? type = null;
        if ((page.Check(out var limit)
            ?? QueryChecks.Node(filter.Node)
            ?? QueryChecks.Text(filter.Text)
            ?? QueryChecks.Code("country", filter.Country)
            ?? QueryChecks.Code("sdg", filter.Sdg)
            ?? QueryChecks.Word("status", filter.Status, out status)
            ?? QueryChecks.Word("type", filter.Type, out type)) is { } problem)
            return problem;
        if (!KeysetCursor.TryDecode(page.After, out _, out var after))
            return KeysetCursor.Refuse();

        var outcomes = db.Outcomes.AsNoTracking().ReadableBy(caller).Under(filter.Node);
        if (filter.Country is not null)
            outcomes = outcomes.Where(outcome => outcome.Country == filter.Country);
        if (status is not null)
            outcomes = outcomes.Where(outcome => outcome.Status == status);
        if (type is not null)
            outcomes = outcomes.Where(outcome => outcome.Type == type);
        if (filter.Sdg is not null)
            outcomes = outcomes.Where(outcome => outcome.SdgTargets.Contains(filter.Sdg));
        if (filter.Text is not null)
        {
            var text = SearchText.Fold(filter.Text);
            outcomes = outcomes.Where(outcome => outcome.SearchText.Contains(text));
        }

        if (page.After is not null)
            outcomes = outcomes.Where(outcome => outcome.Id < after);

        var rows = await outcomes.OrderByDescending(outcome => outcome.Id).Take(limit + 1).Select(outcome => OutcomeResponse.Of(outcome)).ToListAsync(ct);
        return TypedResults.Ok(Page<OutcomeResponse>.From(await db.FollowMergesAsync(rows, ct), limit, outcome => KeysetCursor.Encode("", outcome.Id)));
    }

    public static async Task<Results<Ok<OutcomeResponse>, ProblemHttpResult>> One(Guid id, Caller caller, AdvocacyDb db, CancellationToken ct) =>
        await db.Outcomes.AsNoTracking().ReadableBy(caller).SingleOrDefaultAsync(outcome => outcome.Id == id, ct) is { } outcome
            ? TypedResults.Ok(await db.ShowAsync(outcome, ct))
            : CommonErrors.Missing("outcome", id);

    public static async Task<Results<Ok<Page<SubstantiationResponse>>, ProblemHttpResult>> Substantiations(
        Guid id, [AsParameters] PageQuery page, Caller caller, AdvocacyDb db, CancellationToken ct)
    {
        if (page.Check(out var limit) is { } problem)
            return problem;
        if (!KeysetCursor.TryDecode(page.After, out _, out var after))
            return KeysetCursor.Refuse();
        if (!await db.Outcomes.ReadableBy(caller).AnyAsync(outcome => outcome.Id == id, ct))
            return CommonErrors.Missing("outcome", id);

        var rows = await db.Substantiations.AsNoTracking().Where(s => s.OutcomeId == id && s.Id > after).OrderBy(s => s.Id).Take(limit + 1)
            .Select(s => SubstantiationResponse.Of(s)).ToListAsync(ct);
        return TypedResults.Ok(Page<SubstantiationResponse>.From(rows, limit, s => KeysetCursor.Encode("", s.Id)));
    }
}
