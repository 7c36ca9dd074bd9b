using Insp1r.Communications.Data;
using Insp1r.Communications.Network;
using Insp1r.Contracts.Communications;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.Communications.Events;

internal static class RecordPublicEvent
{
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
        Speaker[]? Speakers = null)
    {
        internal PublicEventFields ToFields() =>
            new(Title, SourceLanguage, Description, Place, Online, StartsOn, EndsOn ?? StartsOn, Source, Participants, Speakers ?? []);
    }

    public static async Task<Results<Created<PublicEventResponse>, ProblemHttpResult>> Handle(
        Request request, Caller caller, CommunicationsDb db, TimeProvider clock, HttpResponse response, CancellationToken ct)
    {
        var fields = request.ToFields();
        var errors = new FieldErrors();
        errors.Node("/node", request.Node);
        fields.Check(errors);
        if (errors.Any)
            return errors.ToProblem();
        if (!caller.May(Role.Contributor, request.Node))
            return AccessErrors.OutsideYourNodes.ToProblem($"Recording an event needs a contributor grant at or above {request.Node}.");
        if (await db.RefuseUnknownAsync("/node", request.Node, response, ct) is { } unknown)
            return unknown;

        await using var transaction = await db.JoinTransactionAsync(ct);
        await db.LockSpeakersAsync(fields.Speakers, ct);
        await errors.CheckSpeakersAsync(fields.Speakers, db, ct);
        if (errors.Any)
            return errors.ToProblem();

        var now = clock.GetUtcNow();
        var recorded = PublicEvent.Record(Guid.CreateVersion7(now), request.Node, fields, now);
        db.Add(recorded);
        db.Append(new EventRecorded(recorded.ToState()), now);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Created($"/api/v1/events/{recorded.Id}", PublicEventResponse.Of(recorded, caller, hidden: []));
    }
}
