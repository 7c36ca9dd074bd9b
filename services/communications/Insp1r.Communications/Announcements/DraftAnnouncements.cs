using Insp1r.Communications.Data;
using Insp1r.Contracts.Advocacy;
using Insp1r.Contracts.Communications;
using Insp1r.Messaging.Consuming;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Communications.Announcements;

/// <summary>
/// An outcome was confirmed: one draft for each node concerned, that is the owner, the nodes of the contributing organisations,
/// every node above these, and the one that confirmed it.
/// </summary>
internal sealed class DraftAnnouncements(TimeProvider clock) : IEffect<CommunicationsDb, OutcomeSubstantiated>
{
    public async Task HandleAsync(Received<OutcomeSubstantiated> received, CommunicationsDb db, CancellationToken ct)
    {
        var happened = received.Event;
        var concerned = NodesConcerned(happened);
        var written = await db.Announcements.Where(a => a.OutcomeId == happened.State.Id).Select(a => a.Node).ToListAsync(ct);
        var facts = new OutcomeFacts(happened, await NodeNamesAsync(db, concerned, ct), await OrganisationNamesAsync(db, happened, ct));

        var now = clock.GetUtcNow();
        foreach (var node in concerned.Except(written, StringComparer.Ordinal))
        {
            var announcement = Announcement.Draft(Guid.CreateVersion7(now), node, happened.State.Id, TextsFor(node, facts), now);
            db.Add(announcement);
            db.Append(new AnnouncementDrafted(announcement.ToState()), now);
        }
    }

    public static IReadOnlyList<string> NodesConcerned(OutcomeSubstantiated happened) =>
    [
        .. happened.State.Contributions.Select(contribution => contribution.Node).Prepend(happened.State.Node)
            .SelectMany(NodePath.SelfAndAncestors)
            .Append(happened.SubstantiatedBy)
            .Distinct(StringComparer.Ordinal),
    ];

    private static Dictionary<string, AnnouncementText> TextsFor(string node, OutcomeFacts facts) =>
        Languages.All.ToDictionary(language => language, language => OutcomeAnnouncement.In(language).Write(node, facts), StringComparer.Ordinal);

    // A node whose replica is not here yet is called by its path.
    private static async Task<Dictionary<string, IReadOnlyDictionary<string, string>>> NodeNamesAsync(CommunicationsDb db, IReadOnlyList<string> paths, CancellationToken ct)
    {
        var nodes = await db.Nodes.AsNoTracking().Where(node => paths.Contains(node.Path)).OrderBy(node => node.Version).ToListAsync(ct);
        return nodes.GroupBy(node => node.Path, StringComparer.Ordinal).ToDictionary(path => path.Key, path => path.Last().Names, StringComparer.Ordinal);
    }

    private static async Task<Dictionary<Guid, OrganisationNames>> OrganisationNamesAsync(CommunicationsDb db, OutcomeSubstantiated happened, CancellationToken ct)
    {
        var ids = happened.State.Contributions.Select(contribution => contribution.OrganisationId).ToArray();
        return await db.Organisations.AsNoTracking().Where(o => ids.Contains(o.Id)).ToDictionaryAsync(o => o.Id, o => new OrganisationNames(o.Name, o.Names), ct);
    }
}
