namespace Insp1r.Contracts.Advocacy;

/// <summary>A campaign as it now is. <paramref name="Publication"/> is node, continental, network or public; titles are keyed by language.</summary>
public sealed record CampaignState(
    Guid Id,
    int Version,
    string Node,
    Guid? ParentId,
    IReadOnlyDictionary<string, string> Title,
    string SourceLanguage,
    DateOnly? StartsOn,
    DateOnly? EndsOn,
    string Publication);

public interface ICampaignEvent : IEvent
{
    CampaignState State { get; }

    Guid IEvent.SubjectId => State.Id;
    int IEvent.SubjectVersion => State.Version;
    string IEvent.Node => State.Node;
}

[Event("advocacy.campaign-recorded.v1", "campaign")]
public sealed record CampaignRecorded(CampaignState State) : ICampaignEvent;

[Event("advocacy.campaign-changed.v1", "campaign")]
public sealed record CampaignChanged(CampaignState State) : ICampaignEvent;
