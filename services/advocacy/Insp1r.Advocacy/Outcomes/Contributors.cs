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
        var organisations = await db.Organisations.Where(o => ids.Contains(o.Id)).Select(o => new { o.Id, o.Node, o.Status }).ToDictionaryAsync(o => o.Id, ct);
        var contributions = new List<Contribution>(claimed.Count);
        for (var i = 0; i < claimed.Count; i++)
        {
            var pointer = $"/contributions/{i}/organisationId";
            // Another network's organisation is answered like one that does not exist.
            if (!organisations.TryGetValue(claimed[i].OrganisationId, out var organisation) || !caller.May(Role.Contributor, organisation.Node))
                errors.Add(pointer, Arriving.UnknownOrganisation, "No such organisation of your nodes is known here (yet). One that was registered a moment ago arrives within seconds: try again.");
            else if (organisation.Status != MemberOrganisation.Active)
                errors.Add(pointer, $"organisation-{organisation.Status}", $"The organisation is {organisation.Status}: its contribution cannot be claimed.");
            else
                contributions.Add(new Contribution(claimed[i].OrganisationId, claimed[i].Role, claimed[i].Claim, organisation.Node));
        }

        return contributions;
    }
}
