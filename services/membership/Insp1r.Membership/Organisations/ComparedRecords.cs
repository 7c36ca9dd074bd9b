namespace Insp1r.Membership.Organisations;

/// <summary>
/// The records among which a statement looks for likeness. Where a caller's nodes have few, these are read by their node; else the indexes of keys and
/// words find them, which for a common word go through those of all networks before they look at the node.
/// </summary>
internal static class ComparedRecords
{
    private const int Few = 1_000;

    /// <summary>The common table expressions that <see cref="Source"/> needs; the parameters are the paths of the nodes, and the patterns of what is below them.</summary>
    public static string With(string nodes, string below) => $"""
        own as materialized (
          select o.id, o.node, o.search, o.keys from network_node n cross join lateral (
            select * from member_organisation o where o.node = n.path and o.merged_into is null order by o.id limit {Few + 1}) o
          where n.path = any({nodes}) or n.path like any({below}) limit {Few + 1}),
        few as materialized (select count(*) <= {Few} as so from own)
        """;

    /// <summary>Instead of a table: its id, node, search and keys.</summary>
    public static string Source(string nodes, string below) => $"""
        (select * from own where (select so from few)
         union all
         select o.id, o.node, o.search, o.keys from member_organisation o
         where not (select so from few) and o.merged_into is null and (o.node = any({nodes}) or o.node like any({below})))
        """;
}
