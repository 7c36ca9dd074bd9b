using Insp1r.Contracts.Membership;
using Insp1r.Membership.Accounts;
using Insp1r.Membership.Data;
using Insp1r.Membership.Organisations;
using Insp1r.Membership.Persons;
using Insp1r.Messaging.Log;

namespace Insp1r.Membership.Affiliations;

/// <summary>
/// An organisation stands as the latest of its periods in its own network says, whatever changed that. Who spoke for one that is no member any more
/// does so no longer, in the same transaction, and does again where that end is taken back. Its owner saves, and then calls <see cref="AccountAccess.TellAsync"/>.
/// </summary>
internal sealed class Standing(MembershipDb db, AccountAccess access)
{
    /// <summary>False where the organisation is what it was. Of <paramref name="affiliations"/> its own count; the roles to end, or to give back, are found in the database.</summary>
    public async Task<bool> FollowAsync(MemberOrganisation organisation, IEnumerable<Affiliation> affiliations, string by, DateTimeOffset at, CancellationToken ct)
    {
        var home = affiliations.Where(a => a.OrganisationId == organisation.Id).Latest(organisation.Node);
        var wasOver = AffiliationStatus.IsOver(organisation.Status);
        if (home is null || !organisation.Stand(home, at))
            return false;

        if (AffiliationStatus.IsOver(home.Status))
            await RolesOfOrganisation.EndAsync(db, access, home, by, at, ct);
        else if (wasOver)
            await RolesOfOrganisation.ResumeAsync(db, home, at, ct);
        return true;
    }

    /// <summary>The same, told as what happened to it.</summary>
    public async Task TellAsync(MemberOrganisation organisation, IEnumerable<Affiliation> affiliations, string reason, string by, DateTimeOffset at, CancellationToken ct)
    {
        var before = organisation.Status;
        if (await FollowAsync(organisation, affiliations, by, at, ct))
            db.Append(AsEvent(before, organisation.State), at, reason: reason);
    }

    private static IOrganisationEvent AsEvent(string before, OrganisationState state) => state.Status switch
    {
        AffiliationStatus.Suspended => new OrganisationSuspended(state),
        AffiliationStatus.Active when before == AffiliationStatus.Suspended => new OrganisationReinstated(state),
        var status when AffiliationStatus.IsOver(status) => new OrganisationWithdrawn(state),
        _ => new OrganisationUpdated(state),
    };
}

internal static class Periods
{
    /// <summary>The one that tells what an organisation is in a network, of several that it has had there. The database's organisation_at takes the same.</summary>
    public static Affiliation? Latest(this IEnumerable<Affiliation> affiliations, string node) =>
        affiliations.Where(a => a.Node == node && a.YieldsOn is null).MaxBy(a => (a.Since, a.RecordedAt, a.Id));
}
