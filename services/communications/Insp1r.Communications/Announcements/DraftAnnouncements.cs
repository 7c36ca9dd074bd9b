using Insp1r.Communications.Data;
using Insp1r.Contracts.Advocacy;
using Insp1r.Contracts.Communications;
using Insp1r.Messaging.Consuming;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Insp1r.Communications.Announcements;

/// <summary>
/// An outcome was confirmed: one draft for each node concerned, that is the owner, the nodes of the contributing organisations,
/// every node above these, and the one that confirmed it. Events of other queues may arrive later than this one though they happened
/// before: the drafts wait for the nodes and organisations that they are to name.
/// </summary>
internal sealed partial class DraftAnnouncements(IOptions<DraftingOptions> options, TimeProvider clock, ILogger<DraftAnnouncements> logger)
    : IEffect<CommunicationsDb, OutcomeSubstantiated>
{
    public async Task HandleAsync(Received<OutcomeSubstantiated> received, CommunicationsDb db, CancellationToken ct)
    {
        var happened = await FollowMergesAsync(db, received.Event, ct);
        var concerned = NodesConcerned(happened);
        var written = await db.Announcements.Where(a => a.OutcomeId == happened.State.Id).Select(a => a.Node).ToListAsync(ct);
        var facts = new OutcomeFacts(happened, await NodeNamesAsync(db, concerned, ct), await OrganisationNamesAsync(db, happened, ct));
        WaitForNames(received, concerned.Count - facts.NodeNames.Count + facts.Contributions.Count() - facts.Organisations.Count);

        var now = clock.GetUtcNow();
        foreach (var node in concerned.Except(written, StringComparer.Ordinal))
        {
            var announcement = Announcement.Draft(Guid.CreateVersion7(now), node, happened.State.Id, TextsFor(node, facts), now);
            db.Add(announcement);
            db.Append(new AnnouncementDrafted(announcement.ToState()), now, AnnouncementResponse.Of(announcement));
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

    // Not within this transaction: one that stays open holds every reader of the log back, and with them what is waited for. What is
    // thrown ends it, and the consumer tries again a little later.
    private void WaitForNames(Received<OutcomeSubstantiated> received, int missing)
    {
        if (missing == 0)
            return;

        if (received.SinceFirstTry < options.Value.Patience)
            throw new TimeoutException($"{missing} nodes and organisations of event {received.Id} are not here yet.");
        Log.WithoutNames(logger, received.Event.State.Id, missing);
    }

    // A node that this service has not heard of is called by its path.
    private static async Task<Dictionary<string, IReadOnlyDictionary<string, string>>> NodeNamesAsync(CommunicationsDb db, IReadOnlyList<string> paths, CancellationToken ct)
    {
        var nodes = await db.Nodes.AsNoTracking().Where(node => paths.Contains(node.Path)).OrderBy(node => node.Version).ToListAsync(ct);
        return nodes.GroupBy(node => node.Path, StringComparer.Ordinal).ToDictionary(path => path.Key, path => path.Last().Names, StringComparer.Ordinal);
    }

    // What was claimed for a duplicate is named as the record that stands for it.
    private static async Task<OutcomeSubstantiated> FollowMergesAsync(CommunicationsDb db, OutcomeSubstantiated happened, CancellationToken ct)
    {
        var ids = happened.State.Contributions.Select(contribution => contribution.OrganisationId).ToArray();
        var merged = await db.Organisations.Where(o => ids.Contains(o.Id) && o.MergedInto != null).ToDictionaryAsync(o => o.Id, o => o.MergedInto!.Value, ct);
        return merged.Count == 0 ? happened : happened with
        {
            State = happened.State with
            {
                Contributions = [.. happened.State.Contributions.Select(c => c with { OrganisationId = merged.GetValueOrDefault(c.OrganisationId, c.OrganisationId) })],
            },
        };
    }

    private static async Task<Dictionary<Guid, OrganisationNames>> OrganisationNamesAsync(CommunicationsDb db, OutcomeSubstantiated happened, CancellationToken ct)
    {
        var ids = happened.State.Contributions.Select(contribution => contribution.OrganisationId).ToArray();
        return await db.Organisations.AsNoTracking().Where(o => ids.Contains(o.Id)).ToDictionaryAsync(o => o.Id, o => new OrganisationNames(o.Name, o.Names), ct);
    }

    private static partial class Log
    {
        [LoggerMessage(311, LogLevel.Warning, "Drafted the announcements of outcome {Outcome} though {Missing} nodes and organisations have not arrived")]
        public static partial void WithoutNames(ILogger logger, Guid outcome, int missing);
    }
}
