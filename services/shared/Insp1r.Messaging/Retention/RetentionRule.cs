using Microsoft.Extensions.DependencyInjection;

namespace Insp1r.Messaging.Retention;

/// <summary>How long one class of data is kept, why, and how what has had its time goes.</summary>
/// <param name="DataClass">The class's name in the report and in <c>Retention:{name}</c>: lower-case words with hyphens.</param>
/// <param name="What">What goes when, for operators and auditors.</param>
/// <param name="Days">How many days it is kept.</param>
/// <param name="Least">The fewest days that can be configured.</param>
/// <param name="Most">The most days that can be configured.</param>
/// <param name="Basis">Why that long, with the source.</param>
public sealed record RetentionRule(string DataClass, string What, int Days, int Least, int Most, string Basis, Removal Removal)
{
    /// <summary>Nothing outlives its rule by more than this.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromDays(7);

    public TimeSpan Keep => TimeSpan.FromDays(Days);

    /// <summary>True where the oldest that is left shows that the rule is not kept.</summary>
    public bool IsOverdue(DateTimeOffset? oldest, DateTimeOffset now) => oldest < now - Keep - Grace;
}

/// <summary>How a class's data goes: in steps, until one finds nothing.</summary>
/// <param name="Oldest">SQL for the time from which the oldest that is left counts; null where nothing is left.</param>
/// <param name="StepAsync">Removes at most 1,000 of what is from before a time, and gives how many it removed.</param>
public sealed record Removal(string Oldest, Func<IServiceProvider, DateTimeOffset, CancellationToken, Task<long>> StepAsync)
{
    /// <summary>Rows are deleted once <paramref name="time"/>, a column or an expression of the row, has passed; where it is null they stay.</summary>
    public static Removal OfRows(string table, string time) => BySql($"select min({time}) from {table}", $"""
        with gone as (
          delete from {table} where ctid = any(array(select ctid from {table} where {time} < $1 limit 1000)) returning 1)
        select count(*) from gone
        """);

    /// <param name="step">Takes the time as <c>$1</c> and selects how many rows it removed.</param>
    public static Removal BySql(string oldest, string step) => new(oldest, async (services, before, ct) =>
    {
        await using var command = services.GetRequiredService<ServiceDatabase>().DataSource.CreateCommand(step);
        command.Parameters.AddWithValue(before);
        return (long)(await command.ExecuteScalarAsync(ct))!;
    });
}
