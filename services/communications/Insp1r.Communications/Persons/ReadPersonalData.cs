using Insp1r.Communications.Data;
using Insp1r.ServiceDefaults.Access;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Communications.Persons;

/// <summary>What this service holds of a person, for membership's export of all.</summary>
internal static class ReadPersonalData
{
    /// <summary>Where the person is quoted as a speaker. <c>source</c> is the publication that the name was taken from.</summary>
    public sealed record Quote(Guid EventId, string Node, IReadOnlyDictionary<string, string> Title, DateOnly StartsOn, string Name, string? Organisation, string? Source);

    public sealed record Response(IReadOnlyList<Quote> Speakers);

    public static void MapPersonalData(this IEndpointRouteBuilder app) =>
        app.MapGet(PersonalData.Route, HandleAsync).Requires(Role.Steward, Scopes.Internal).ExcludeFromDescription();

    private static async Task<Ok<Response>> HandleAsync(Guid id, CommunicationsDb db, CancellationToken ct)
    {
        var events = await db.PublicEvents.Quoting(id).AsNoTracking().OrderBy(e => e.Id).ToListAsync(ct);
        return TypedResults.Ok(new Response(
            [.. events.SelectMany(e => e.Speakers.Where(s => s.PersonId == id).Select(s => new Quote(e.Id, e.Node, e.Title, e.StartsOn, s.Name, s.Organisation, e.Source)))]));
    }
}
