using System.Globalization;
using Insp1r.Communications.Data;
using Insp1r.Communications.Persons;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Communications.Events;

/// <summary>
/// A speaker. <paramref name="PersonId"/> and <paramref name="Hidden"/> are for those who may change the event: where it is true, everybody
/// else is not told of the speaker, and no file has it.
/// </summary>
internal sealed record SpeakerResponse(string Name, string? Organisation, Guid? PersonId, bool Hidden);

/// <summary>A public event. <paramref name="Source"/> is where it was published; <paramref name="Speakers"/> are those quoted there.</summary>
internal sealed record PublicEventResponse(
    Guid Id, int Version, string Node, IReadOnlyDictionary<string, string> Title, string SourceLanguage, IReadOnlyDictionary<string, string>? Description,
    string? Place, bool Online, DateOnly StartsOn, DateOnly EndsOn, string? Source, int? Participants, IReadOnlyList<SpeakerResponse> Speakers, DateTimeOffset RecordedAt) : IVersioned
{
    /// <summary>
    /// The name is public; that somebody has a record in a network, only those who could record it there are told. Nobody else is told of the
    /// <paramref name="hidden"/>.
    /// </summary>
    public static PublicEventResponse Of(PublicEvent e, Caller caller, IReadOnlyCollection<Guid> hidden)
    {
        var mayWrite = caller.May(Role.Contributor, e.Node);
        var speakers = e.Speakers.Select(speaker => new SpeakerResponse(
            speaker.Name, speaker.Organisation, mayWrite ? speaker.PersonId : null, speaker.PersonId is { } person && hidden.Contains(person)));
        return new(
            e.Id, e.Version, e.Node, e.Title, e.SourceLanguage, e.Description, e.Place, e.Online, e.StartsOn, e.EndsOn, e.Source, e.Participants,
            [.. speakers.Where(speaker => mayWrite || !speaker.Hidden)], e.RecordedAt);
    }
}

internal static class ReadPublicEvents
{
    private const string DayFormat = "yyyy-MM-dd";

    /// <param name="node">Only the subtree of this node, such as insp1r.africa.</param>
    public static async Task<Results<Ok<Page<PublicEventResponse>>, ProblemHttpResult>> List(
        [AsParameters] PageQuery page, string? node, Caller caller, CommunicationsDb db, CancellationToken ct)
    {
        if ((page.Check(out var limit) ?? QueryChecks.Node(node)) is { } problem)
            return problem;
        if (!KeysetCursor.TryDecode(page.After, out var key, out var after))
            return KeysetCursor.Refuse();

        var events = db.PublicEvents.AsNoTracking();
        if (node is not null)
        {
            var subtree = $"{node}.%";
            events = events.Where(e => e.Node == node || EF.Functions.Like(e.Node, subtree));
        }

        if (page.After is not null)
        {
            if (!DateOnly.TryParseExact(key, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
                return KeysetCursor.Refuse();
            events = events.Where(e => e.StartsOn < day || (e.StartsOn == day && e.Id < after));
        }

        var rows = await events.OrderByDescending(e => e.StartsOn).ThenByDescending(e => e.Id).Take(limit + 1).ToListAsync(ct);
        var hidden = await db.HiddenAmongAsync(rows.SelectMany(e => e.Speakers), ct);
        var shown = rows.Select(e => PublicEventResponse.Of(e, caller, hidden));
        if (page.IsFile)
            shown = shown.Select(e => e with { Speakers = [.. e.Speakers.Where(speaker => !speaker.Hidden)] });
        return TypedResults.Ok(Page<PublicEventResponse>.From([.. shown], limit, e => KeysetCursor.Encode(e.StartsOn.ToString(DayFormat, CultureInfo.InvariantCulture), e.Id)));
    }

    public static async Task<Results<Ok<PublicEventResponse>, ProblemHttpResult>> One(Guid id, Caller caller, CommunicationsDb db, CancellationToken ct) =>
        await db.PublicEvents.AsNoTracking().SingleOrDefaultAsync(e => e.Id == id, ct) is { } found
            ? TypedResults.Ok(PublicEventResponse.Of(found, caller, await db.HiddenAmongAsync(found.Speakers, ct)))
            : CommonErrors.Missing("event", id);
}
