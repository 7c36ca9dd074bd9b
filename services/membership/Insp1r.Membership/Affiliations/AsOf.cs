using Insp1r.ServiceDefaults.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Insp1r.Membership.Affiliations;

/// <summary>The day that is asked about, and the day whose knowledge answers.</summary>
internal class AsOfQuery
{
    /// <summary>A day, such as 2019-12-01: the answer is what held then. Today if not given.</summary>
    public string? AsOf { get; init; }

    /// <summary>A day: the answer leaves out what was recorded, corrected or taken back after it. With it, an earlier answer can be had again.</summary>
    public string? KnownOn { get; init; }

    /// <summary>Null for now: no day was given.</summary>
    public ProblemHttpResult? Check(TimeProvider clock, out AsOf? asOf)
    {
        asOf = null;
        var (day, known) = (DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime), (DateOnly?)null);
        foreach (var (name, text) in ((string, string?)[])[("asOf", AsOf), ("knownOn", KnownOn)])
        {
            if (text is null)
                continue;
            if (!DateOnly.TryParseExact(text, "yyyy-MM-dd", out var given) || given.Year is < 1900 or > 2200)
                return QueryChecks.Refuse(name, "bad-date", "A day, such as 2019-12-01.");
            if (name == "asOf")
                day = given;
            else
                known = given;
        }

        if (AsOf is not null || KnownOn is not null)
            asOf = new AsOf(day, known);
        return null;
    }
}

/// <summary>A day in the network's life (valid time), and up to which day what was recorded counts (recorded time; null for all).</summary>
internal sealed record AsOf(DateOnly Day, DateOnly? KnownOn)
{
    public static AsOf Today(TimeProvider clock) => new(DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime), null);

    /// <summary>The first moment that does not count any more.</summary>
    public DateTimeOffset Known => KnownOn is { } last ? new DateTimeOffset(last.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero) : DateTimeOffset.MaxValue;

    /// <summary>Adds day and knowledge, in the order in which the functions <c>..._at</c> of the database take them.</summary>
    public void AddTo(NpgsqlParameterCollection parameters)
    {
        parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = Day });
        parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = Known });
    }
}
