using Insp1r.Contracts.Advocacy;
using Insp1r.Contracts.Membership;

namespace Insp1r.Contracts;

/// <summary>A queue of one service and the events of others that arrive in it.</summary>
public sealed record Subscription(string Queue, IReadOnlyList<string> Events)
{
    public static Subscription To<TEvent>(string queue) where TEvent : IEvent => new(queue, EventTypes.NamesOf<TEvent>());
}

/// <summary>
/// Who listens to what, in one place. A publisher declares the queues of its subscribers before it sends anything, so that an
/// event waits for a service that was never started yet instead of being lost.
/// </summary>
public static class Subscriptions
{
    public static readonly Subscription AdvocacyNodes = Subscription.To<INodeEvent>("advocacy.nodes");
    public static readonly Subscription AdvocacyOrganisations = Subscription.To<IOrganisationEvent>("advocacy.organisations");
    public static readonly Subscription CommunicationsNodes = Subscription.To<INodeEvent>("communications.nodes");
    public static readonly Subscription CommunicationsOrganisations = Subscription.To<IOrganisationEvent>("communications.organisations");
    public static readonly Subscription CommunicationsAnnouncements = Subscription.To<OutcomeSubstantiated>("communications.announcements");

    public static readonly Subscription CommunicationsPersons = Subscription.To<PersonErased>("communications.persons");
    public static readonly Subscription CommunicationsHiddenPersons = Subscription.To<IPersonSightEvent>("communications.hidden-persons");

    public static readonly IReadOnlyList<Subscription> All =
        [AdvocacyNodes, AdvocacyOrganisations, CommunicationsNodes, CommunicationsOrganisations, CommunicationsAnnouncements, CommunicationsPersons, CommunicationsHiddenPersons];
}
