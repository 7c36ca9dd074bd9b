using Insp1r.Contracts.Communications;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Communications.Events;

/// <summary>
/// Somebody who spoke in public, by the name under which the event's own publication quotes them. <paramref name="PersonId"/> is the
/// person's id in membership, where they have a record: with it they are found when they ask for their data, or for its end, and are
/// named no more while they are at risk.
/// </summary>
internal sealed record Speaker(string Name, string? Organisation = null, Guid? PersonId = null);

/// <summary>What an event's editors write.</summary>
internal sealed record PublicEventFields(
    IReadOnlyDictionary<string, string>? Title,
    string? SourceLanguage,
    IReadOnlyDictionary<string, string>? Description,
    string? Place,
    bool Online,
    DateOnly StartsOn,
    DateOnly EndsOn,
    string? Source,
    int? Participants,
    IReadOnlyList<Speaker> Speakers)
{
    private const int MaxSpeakers = 100;
    private const int MaxParticipants = 1_000_000;

    public void Check(FieldErrors errors)
    {
        errors.OneOf("/sourceLanguage", SourceLanguage, Languages.All, "unknown-language");
        errors.Sourced("/title", Title, SourceLanguage, 300);
        errors.Languages("/description", Description, 10_000, required: false);
        errors.Text("/place", Place, 300);
        errors.Date("/startsOn", StartsOn);
        errors.Date("/endsOn", EndsOn);
        errors.Period("/endsOn", StartsOn, EndsOn);
        errors.Text("/source", Source, 2_000);
        if (Participants is < 0 or > MaxParticipants)
            errors.Add("/participants", "out-of-range", $"0 to {MaxParticipants}.");

        errors.Count("/speakers", Speakers, MaxSpeakers);
        if (Speakers.Count > 0 && string.IsNullOrWhiteSpace(Source))
            errors.Add("/source", "required", "Names of persons need the public source that quotes them, such as the address of a report.");
        for (var i = 0; i < Speakers.Count && i < MaxSpeakers; i++)
        {
            if (Speakers[i] is not { } speaker)
                continue;
            errors.Required($"/speakers/{i}/name", speaker.Name, 200);
            errors.Text($"/speakers/{i}/organisation", speaker.Organisation, 200);
        }
    }
}

/// <summary>
/// The public record of an event, such as a founding meeting or a launch. Speakers are quoted from public sources and leave this
/// service in its answers only: no event and no feed carries a name.
/// </summary>
internal sealed class PublicEvent : IVersioned
{
    public required Guid Id { get; init; }
    public int Version { get; private set; } = 1;
    public required string Node { get; init; }
    public IReadOnlyDictionary<string, string> Title { get; private set; } = null!;
    public string SourceLanguage { get; private set; } = null!;
    public IReadOnlyDictionary<string, string>? Description { get; private set; }
    public string? Place { get; private set; }
    public bool Online { get; private set; }
    public DateOnly StartsOn { get; private set; }
    public DateOnly EndsOn { get; private set; }
    public string? Source { get; private set; }
    public int? Participants { get; private set; }
    public IReadOnlyList<Speaker> Speakers { get; private set; } = [];
    public required DateTimeOffset RecordedAt { get; init; }

    public PublicEventFields Fields => new(Title, SourceLanguage, Description, Place, Online, StartsOn, EndsOn, Source, Participants, Speakers);

    public static PublicEvent Record(Guid id, string node, PublicEventFields fields, DateTimeOffset at)
    {
        var recorded = new PublicEvent { Id = id, Node = node, RecordedAt = at };
        recorded.Write(fields);
        return recorded;
    }

    public void Change(PublicEventFields fields)
    {
        Version++;
        Write(fields);
    }

    /// <summary>What is left says nothing of the person, not even that they spoke for somebody. False where they did not speak.</summary>
    public bool RemoveSpeaker(Guid person)
    {
        if (Speakers.All(speaker => speaker.PersonId != person))
            return false;

        Speakers = [.. Speakers.Where(speaker => speaker.PersonId != person)];
        Version++;
        return true;
    }

    /// <summary>Who is shown of its speakers changed: what was read of it is out of date.</summary>
    public void Renew() => Version++;

    public PublicEventState ToState() => new(Id, Version, Node, Title, SourceLanguage, Place, Online, StartsOn, EndsOn, Participants);

    private void Write(PublicEventFields fields)
    {
        Title = fields.Title!;
        SourceLanguage = fields.SourceLanguage!;
        Description = fields.Description;
        Place = fields.Place;
        Online = fields.Online;
        StartsOn = fields.StartsOn;
        EndsOn = fields.EndsOn;
        Source = fields.Source;
        Participants = fields.Participants;
        Speakers = fields.Speakers;
    }
}
