using Insp1r.ServiceDefaults.Access;
using Npgsql;

namespace Insp1r.Membership.WorkLists;

/// <summary>What several work lists ask of an organisation o: each list and its count say the same.</summary>
internal static class WorkSql
{
    /// <summary>Who is no member any more is nobody's work, nor is a record that another stands for.</summary>
    public const string IsLive = "o.merged_into is null and o.status not in ('withdrawn', 'excluded', 'lapsed')";

    /// <summary>A membership a that waits for a decision; one that yields to another since a merge does not.</summary>
    public const string Waits = "a.until is null and a.yields_on is null and a.status in ('applied', 'admitted')";

    /// <summary>The member m.fields of what is missing; $1 is today.</summary>
    public const string Missing = """
        cross join lateral (select array_remove(array[
          case when not exists (
            select 1 from person_role r
            where r.organisation_id = o.id and r.kind = 'contact' and r.ended_at is null and r.starts_on <= $1 and (r.ends_on is null or r.ends_on >= $1)) then 'contact' end,
          case when o.types <@ array['other'] then 'types' end,
          case when o.website is null then 'website' end,
          case when o.acronym is null then 'acronym' end], null) as fields) m
        """;

    /// <summary>Changed or confirmed last, of c, the confirmation.</summary>
    public const string LastTouched = "greatest(o.updated_at, c.confirmed_at)";

    public const int StaleAfterMonths = 12;

    /// <summary>Adds the caller's nodes, and the patterns of what lies below them.</summary>
    public static void AddNodes(NpgsqlParameterCollection parameters, Caller caller, string? within)
    {
        var nodes = caller.NodesFor(Role.Contributor, within);
        parameters.Add(new NpgsqlParameter<string[]> { TypedValue = nodes });
        parameters.Add(new NpgsqlParameter<string[]> { TypedValue = NodePath.Below(nodes) });
    }
}
