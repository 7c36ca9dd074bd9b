using System.Globalization;
using Insp1r.Membership.Affiliations;
using Insp1r.Membership.Data;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Figures;

/// <summary>What a source says of a network. <c>corrects</c> is the figure that this one took the place of, and <c>reason</c> why. One that was <c>withdrawn</c> is said no more.</summary>
internal sealed record FigureResponse(
    Guid Id, string Node, string Measure, FigureContent Says, Guid? Corrects, string? Reason, string RecordedBy, DateTimeOffset RecordedAt, DateTimeOffset? WithdrawnAt, string? WithdrawnReason)
{
    public static FigureResponse Of(NetworkFigure f) => new(f.Id, f.Node, f.Measure, f.Content, f.Corrects, f.Reason, f.RecordedBy, f.RecordedAt, f.WithdrawnAt, f.WithdrawnReason);
}

/// <summary>Every reader sees every figure, as they see the tree: it is what a source says of a network as a whole.</summary>
internal static class ReadFigures
{
    private const string DayFormat = "yyyy-MM-dd";

    public sealed class Filter : AsOfQuery
    {
        /// <summary>Only what is said of this network itself, such as insp1r.</summary>
        public string? Node { get; init; }

        /// <summary>member-organisations, countries and the like.</summary>
        public string? Measure { get; init; }
    }

    /// <summary>What each source said of that day or an earlier one, the newest first; never one number made of several.</summary>
    public static async Task<Results<Ok<Page<FigureResponse>>, ProblemHttpResult>> ListAsync(
        [AsParameters] Filter filter, [AsParameters] PageQuery page, MembershipDb db, TimeProvider clock, CancellationToken ct)
    {
        if (page.Check(out var limit) is { } badPage)
            return badPage;
        if (!KeysetCursor.TryDecode(page.After, out var key, out var after))
            return KeysetCursor.Refuse();
        if ((filter.Check(clock, out var given) ?? QueryChecks.Node(filter.Node)) is { } badQuery)
            return badQuery;
        if (filter.Measure is not null && !FigureWords.Measures.Contains(filter.Measure, StringComparer.Ordinal))
            return QueryChecks.Refuse("measure", "unknown-measure", $"One of {string.Join(", ", FigureWords.Measures)}.");

        // Somewhere in the world it is tomorrow already, and a figure of that day is not in the future.
        var (day, known) = given is null ? (DateOnly.MaxValue, DateTimeOffset.MaxValue) : (given.Day, given.Known);
        var figures = db.Figures.AsNoTracking()
            .Where(f => f.Content.AsOf <= day && f.RecordedAt < known && (f.WithdrawnAt == null || f.WithdrawnAt >= known) && !db.Figures.Any(other => other.Corrects == f.Id && other.RecordedAt < known));
        if (filter.Node is { } node)
            figures = figures.Where(f => f.Node == node);
        if (filter.Measure is { } measure)
            figures = figures.Where(f => f.Measure == measure);
        if (page.After is not null)
        {
            if (!DateOnly.TryParseExact(key, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var last))
                return KeysetCursor.Refuse();
            figures = figures.Where(f => f.Content.AsOf < last || (f.Content.AsOf == last && f.Id < after));
        }

        var rows = await figures.OrderByDescending(f => f.Content.AsOf).ThenByDescending(f => f.Id).Take(limit + 1).ToListAsync(ct);
        return TypedResults.Ok(Page<FigureResponse>.From([.. rows.Select(FigureResponse.Of)], limit, f => KeysetCursor.Encode(f.Says.AsOf.ToString(DayFormat, CultureInfo.InvariantCulture), f.Id)));
    }

    /// <summary>To the end of the transaction it is neither corrected nor withdrawn by another.</summary>
    public static async Task<NetworkFigure?> LockFigureAsync(this MembershipDb db, Guid id, CancellationToken ct)
    {
        // Apart: a query of SQL does not find the columns of what is said.
        await db.Database.ExecuteSqlAsync($"select 1 from network_figure where id = {id} for update", ct);
        return await db.Figures.SingleOrDefaultAsync(f => f.Id == id, ct);
    }

    /// <summary>Also one that was corrected or withdrawn.</summary>
    public static async Task<Results<Ok<FigureResponse>, ProblemHttpResult>> OneAsync(Guid id, MembershipDb db, CancellationToken ct) =>
        await db.Figures.AsNoTracking().SingleOrDefaultAsync(f => f.Id == id, ct) is { } figure ? TypedResults.Ok(FigureResponse.Of(figure)) : CommonErrors.Missing("figure", id);
}
