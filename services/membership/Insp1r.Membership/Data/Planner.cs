namespace Insp1r.Membership.Data;

/// <summary>What a transaction tells PostgreSQL's planner.</summary>
internal static class Planner
{
    /// <summary>Of a select list: rows are looked up one by one by the indexes, whatever the statistics of a fresh or fast-growing table say.</summary>
    public const string ByIndexes = "set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)";
}
