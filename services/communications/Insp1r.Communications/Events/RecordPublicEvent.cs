using Insp1r.Communications.Data;
using Insp1r.Communications.Network;
using Insp1r.Communications.Persons;
using Insp1r.Contracts.Communications;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Communications.Events;

internal static class RecordPublicEvent
{
    private const int MaxSpeakers = 100;
    private const int MaxParticipants = 1_000_000;

    public sealed record Request(
        string Node,
        Dictionary<string, string> Title,
        string SourceLanguage,
        DateOnly StartsOn,
        DateOnly? EndsOn = null,
        Dictionary<string, string>? Description = null,
        string? Place = null,
        bool Online = false,
        string? Source = null,
        int? Participants = null,
        Speaker[]? Speakers = null);

    public static async Task<Results<Created<PublicEventResponse>, ProblemHttpResult>> Handle(
        Request request, Caller caller, CommunicationsDb db, TimeProvider clock, HttpResponse response, CancellationToken ct)
    {
        var errors = Check(request);
        if (errors.Any)
            return errors.ToProblem();
        if (!caller.May(Role.Contributor, request.Node))
            return AccessErrors.OutsideYourNodes.ToProblem($"Recording an event needs a contributor grant at or above {request.Node}.");
        if (await db.RefuseUnknownAsync("/node", request.Node, response, ct) is { } unknown)
            return unknown;

        await using var transaction = await db.JoinTransactionAsync(ct);
        await RefuseErasedAsync(errors, request.Speakers ?? [], db, ct);
        if (errors.Any)
            return errors.ToProblem();

        var now = clock.GetUtcNow();
        var recorded = new PublicEvent
        {
            Id = Guid.CreateVersion7(now),
            Node = request.Node,
            Title = request.Title,
            SourceLanguage = request.SourceLanguage,
            Description = request.Description,
            Place = request.Place,
            Online = request.Online,
            StartsOn = request.StartsOn,
            EndsOn = request.EndsOn ?? request.StartsOn,
            Source = request.Source,
            Participants = request.Participants,
            Speakers = request.Speakers ?? [],
            RecordedAt = now,
        };
        db.Add(recorded);
        db.Append(new EventRecorded(recorded.ToState()), now);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Created($"/api/v1/events/{recorded.Id}", PublicEventResponse.Of(recorded, caller));
    }

    // An erasure under way is waited for: it either finds this event, or is found here.
    private static async Task RefuseErasedAsync(FieldErrors errors, Speaker[] speakers, CommunicationsDb db, CancellationToken ct)
    {
        var persons = speakers.Select(speaker => speaker.PersonId).OfType<Guid>().Distinct().Order().ToList();
        foreach (var person in persons)
            await db.LockPersonAsync(person, shared: true, ct);
        if (persons.Count == 0)
            return;

        var erased = await db.ErasedPersons.Where(person => persons.Contains(person.Id)).Select(person => person.Id).ToListAsync(ct);
        for (var i = 0; i < speakers.Length; i++)
        {
            if (speakers[i].PersonId is { } person && erased.Contains(person))
                errors.Add($"/speakers/{i}/personId", "erased", "This person was erased; quote nobody under this id.");
        }
    }

    private static FieldErrors Check(Request request)
    {
        var errors = new FieldErrors();
        errors.Node("/node", request.Node);
        errors.OneOf("/sourceLanguage", request.SourceLanguage, Languages.All, "unknown-language");
        errors.Sourced("/title", request.Title, request.SourceLanguage, 300);
        errors.Languages("/description", request.Description, 10_000, required: false);
        errors.Text("/place", request.Place, 300);
        errors.Date("/startsOn", request.StartsOn);
        errors.Date("/endsOn", request.EndsOn);
        errors.Period("/endsOn", request.StartsOn, request.EndsOn);
        errors.Text("/source", request.Source, 2_000);
        if (request.Participants is < 0 or > MaxParticipants)
            errors.Add("/participants", "out-of-range", $"0 to {MaxParticipants}.");

        var speakers = request.Speakers ?? [];
        errors.Count("/speakers", speakers, MaxSpeakers);
        if (speakers.Length > 0 && string.IsNullOrWhiteSpace(request.Source))
            errors.Add("/source", "required", "Names of persons need the public source that quotes them, such as the address of a report.");
        for (var i = 0; i < speakers.Length && i < MaxSpeakers; i++)
        {
            if (speakers[i] is not { } speaker)
                continue;
            errors.Required($"/speakers/{i}/name", speaker.Name, 200);
            errors.Text($"/speakers/{i}/organisation", speaker.Organisation, 200);
        }

        return errors;
    }
}
