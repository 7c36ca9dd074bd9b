using Insp1r.Membership.Data;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Persons;

/// <summary>The exact texts of one version, by language. <c>createdBy</c> is the client or account that published it.</summary>
internal sealed record WordingResponse(string Purpose, int Version, IReadOnlyDictionary<string, string> Texts, DateTimeOffset CreatedAt, string CreatedBy)
{
    public static WordingResponse Of(IReadOnlyCollection<ConsentWording> languages)
    {
        var any = languages.First();
        return new WordingResponse(
            any.Purpose, any.Version, languages.ToDictionary(w => w.Language, w => w.Text, StringComparer.Ordinal), any.CreatedAt, any.CreatedBy);
    }
}

internal static class ReadWordings
{
    /// <summary>All versions there ever were, the newest of each purpose first. They are few: no page is needed.</summary>
    public sealed record Response(IReadOnlyList<WordingResponse> Items);

    public static async Task<Ok<Response>> ListAsync(MembershipDb db, CancellationToken ct)
    {
        var wordings = await db.ConsentWordings.AsNoTracking().OrderBy(w => w.Purpose).ThenByDescending(w => w.Version).ToListAsync(ct);
        return TypedResults.Ok(new Response([.. wordings.GroupBy(w => (w.Purpose, w.Version)).Select(version => WordingResponse.Of([.. version]))]));
    }

    public static async Task<Results<Ok<WordingResponse>, ProblemHttpResult>> OneAsync(string purpose, int version, MembershipDb db, CancellationToken ct) =>
        await db.ConsentWordings.AsNoTracking().Where(w => w.Purpose == purpose && w.Version == version).ToListAsync(ct) is { Count: > 0 } found
            ? TypedResults.Ok(WordingResponse.Of(found))
            : CommonErrors.NotFound.ToProblem("There is no such wording.");
}
