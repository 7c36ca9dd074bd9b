using Insp1r.Communications.Data;
using Insp1r.Communications.Persons;
using Insp1r.Contracts.Communications;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Communications.Events;

internal static class ChangePublicEvent
{
    /// <summary>
    /// Only the fields that are given change, each as a whole; null clears the description, the place, the source, the participants and the
    /// speakers, and makes the event end on the day of its start.
    /// </summary>
    public sealed record Request
    {
        public Optional<IReadOnlyDictionary<string, string>> Title { get; init; }
        public Optional<string> SourceLanguage { get; init; }
        public Optional<DateOnly> StartsOn { get; init; }
        public Optional<DateOnly?> EndsOn { get; init; }
        public Optional<IReadOnlyDictionary<string, string>> Description { get; init; }
        public Optional<string?> Place { get; init; }
        public Optional<bool> Online { get; init; }
        public Optional<string?> Source { get; init; }
        public Optional<int?> Participants { get; init; }
        public Optional<IReadOnlyList<Speaker>> Speakers { get; init; }

        internal PublicEventFields Over(PublicEventFields before)
        {
            var startsOn = StartsOn.Or(before.StartsOn);
            return new(
                Title.Or(before.Title), SourceLanguage.Or(before.SourceLanguage), Description.Or(before.Description), Place.Or(before.Place),
                Online.Or(before.Online), startsOn, EndsOn.Or(before.EndsOn) ?? startsOn, Source.Or(before.Source), Participants.Or(before.Participants),
                Speakers.Or(before.Speakers) ?? []);
        }
    }

    public static async Task<Results<Ok<PublicEventResponse>, ProblemHttpResult>> Handle(
        Guid id, Request request, IfMatch ifMatch, Caller caller, CommunicationsDb db, TimeProvider clock, CancellationToken ct)
    {
        if (await db.PublicEvents.SingleOrDefaultAsync(e => e.Id == id, ct) is not { } changed)
            return CommonErrors.Missing("event", id);
        if (!caller.May(Role.Contributor, changed.Node))
            return AccessErrors.OutsideYourNodes.ToProblem($"Changing it needs a contributor grant at or above {changed.Node}.");
        if (ifMatch.Refuses(changed.Version) is { } stale)
            return stale;

        var before = changed.Fields;
        var after = request.Over(before);
        var errors = new FieldErrors();
        after.Check(errors);
        if (errors.Any)
            return errors.ToProblem();

        await using var transaction = await db.JoinTransactionAsync(ct);
        // Also of those who are taken out: the trail keeps them, where an erasure has to find them.
        await db.LockSpeakersAsync([.. before.Speakers, .. after.Speakers], ct);
        if (request.Speakers.IsGiven)
            await errors.CheckSpeakersAsync(after.Speakers, db, ct);
        if (errors.Any)
            return errors.ToProblem();

        if (!Same.Content(before, after))
        {
            changed.Change(after);
            Tell(changed, Untold(before), Untold(after), db, clock.GetUtcNow());
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
        }

        return TypedResults.Ok(PublicEventResponse.Of(changed, caller, await db.HiddenAmongAsync(changed.Speakers, ct)));
    }

    // Names, and texts that can have names, are in a row that can be erased, and so is the reason; the event's own reason is a word.
    private static void Tell(PublicEvent changed, object before, object after, CommunicationsDb db, DateTimeOffset at)
    {
        var hasDetails = !Same.Content(before, after);
        if (hasDetails)
            db.Audit("event", changed.Id, changed.Version, changed.Node, "communications.event-details-changed", before, after, at, personal: true);
        db.Append(new EventChanged(changed.ToState()), at, reason: hasDetails ? "details-changed" : null);
    }

    private static object Untold(PublicEventFields fields) => new { fields.Description, fields.Source, fields.Speakers };
}
