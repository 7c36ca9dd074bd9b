using Insp1r.Advocacy.Data;
using Insp1r.Advocacy.Network;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Advocacy.Outcomes;

/// <summary>
/// Who may be named as a contributor: an organisation that this service knows, that is active, and that stands in the caller's own
/// nodes. It is asked when an outcome is recorded, changed and submitted, so that a suspension takes hold of drafts too.
/// </summary>
internal static class Contributors
{
    /// <summary>The contributions with the node of each organisation; what is refused is added to the errors.</summary>
    public static async Task<IReadOnlyList<Contribution>> ResolveAsync(
        AdvocacyDb db, Caller caller, IReadOnlyList<ContributionFields>? claimed, FieldErrors errors, CancellationToken ct)
    {
        if (claimed is null || claimed.Count is 0 or > OutcomeFields.MaxContributions || claimed.Any(claim => claim is null))
            return [];

        var ids = claimed.Select(claim => claim.OrganisationId).ToArray();
        // A record that was merged is named as before, and judged as the one that stands for it.
        var organisations = await (
            from o in db.Organisations
            where ids.Contains(o.Id)
            from current in db.Organisations.Where(c => c.Id == (o.MergedInto ?? o.Id))
            select new { o.Id, NamedNode = o.Node, current.Node, current.Status }).ToDictionaryAsync(o => o.Id, ct);
        var contributions = new List<Contribution>(claimed.Count);
        for (var i = 0; i < claimed.Count; i++)
        {
            var pointer = $"/contributions/{i}/organisationId";
            // Another network's organisation is answered like one that does not exist.
            if (!organisations.TryGetValue(claimed[i].OrganisationId, out var organisation) || !(caller.May(Role.Contributor, organisation.Node) || caller.May(Role.Contributor, organisation.NamedNode)))
                errors.Add(pointer, Arriving.UnknownOrganisation, "No such organisation of your nodes is known here (yet). One that was registered a moment ago arrives within seconds: try again.");
            else if (organisation.Status != MemberOrganisation.Active)
                errors.Add(pointer, $"organisation-{organisation.Status}", $"The organisation is {organisation.Status}: its contribution cannot be claimed.");
            else
                contributions.Add(new Contribution(claimed[i].OrganisationId, claimed[i].Role, claimed[i].Claim, organisation.NamedNode));
        }

        return contributions;
    }

    /// <summary>The nodes whose organisations contributed: where each stood when it was claimed, and where the record stands that a merge put in its place.</summary>
    public static async Task<List<string>> ContributingNodesAsync(this AdvocacyDb db, Outcome outcome, CancellationToken ct)
    {
        var ids = outcome.Contributions.Select(contribution => contribution.OrganisationId).ToArray();
        var current = await (
            from o in db.Organisations
            where ids.Contains(o.Id)
            from standing in db.Organisations.Where(s => s.Id == o.MergedInto)
            select standing.Node).ToListAsync(ct);
        return [.. outcome.Contributions.Select(contribution => contribution.Node).Union(current, StringComparer.Ordinal)];
    }

    public static async Task<OutcomeResponse> ShowAsync(this AdvocacyDb db, Outcome outcome, CancellationToken ct) =>
        (await db.FollowMergesAsync([OutcomeResponse.Of(outcome)], ct))[0];

    /// <summary>The outcomes with the records that stand for those that were merged beside them: what was claimed stays, and whoever sends it back changes nothing.</summary>
    public static async Task<List<OutcomeResponse>> FollowMergesAsync(this AdvocacyDb db, List<OutcomeResponse> outcomes, CancellationToken ct)
    {
        var ids = outcomes.SelectMany(o => o.Contributions).Select(c => c.OrganisationId).Distinct().ToArray();
        var merged = ids.Length == 0 ? [] : await db.Organisations.Where(o => ids.Contains(o.Id) && o.MergedInto != null).ToDictionaryAsync(o => o.Id, o => o.MergedInto!.Value, ct);
        return merged.Count == 0 ? outcomes : outcomes.ConvertAll(
            o => o with { Contributions = [.. o.Contributions.Select(c => merged.TryGetValue(c.OrganisationId, out var current) ? c with { CurrentOrganisationId = current } : c)] });
    }
}
