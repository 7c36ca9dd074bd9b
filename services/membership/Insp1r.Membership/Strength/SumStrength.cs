using System.Text.Json;
using Insp1r.Membership.Affiliations;
using Insp1r.Messaging;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Insp1r.Membership.Strength;

/// <summary>
/// How many people stand behind a network: sums over its members, a year at a time (features.md, M14). Who is a member is looked at on the last day of
/// each year. Full and associate members count, each once; those who are members through a federation count with it, also where they are direct members of
/// another network, and strategic partners not at all, since organisations of theirs can be members too. A merged record's number counts for years of which the surviving one has none.
/// </summary>
internal static class SumStrength
{
    public sealed class Filter : AsOfQuery
    {
        /// <summary>The node whose subtree is summed up, such as insp1r.africa; all your nodes if not given.</summary>
        public string? Node { get; init; }

        /// <summary>Only this year; else one sum for each year of which there are numbers.</summary>
        public int? Year { get; init; }

        /// <summary>True for one sum of each organisation's latest number. Its <c>years</c> say how many are of which year.</summary>
        public bool? Latest { get; init; }
    }

    public sealed record Response(IReadOnlyList<string> Of, DateOnly AsOf, DateOnly? KnownOn, IReadOnlyList<Sum> Sums);

    /// <summary>
    /// <c>year</c> is null, and <c>isMixed</c> true, where numbers of several years were added; <c>years</c> says how many organisations are in it with which year's. <c>women</c>, <c>men</c>, <c>ages</c> and
    /// <c>informal</c> are of those organisations alone that know them: each says how many, and how many affiliates these have. <c>missing</c> are members without
    /// a number, the first 100 by name.
    /// </summary>
    public sealed record Sum(
        int? Year, bool IsMixed, IReadOnlyDictionary<string, int> Years, long Total, int Organisations, Part? Women, Part? Men, IReadOnlyDictionary<string, Part>? Ages, Part? Informal,
        int MissingOrganisations, IReadOnlyList<Missing> Missing);

    /// <summary><c>count</c> of the <c>ofTotal</c> affiliates of these <c>organisations</c>.</summary>
    public sealed record Part(long Count, int Organisations, long OfTotal);

    public sealed record Missing(Guid Id, string Name);

    private const string Sql = """
        with d as (
          select y.year, least(make_date(y.year, 12, 31), $2::date) as day
          from (
            select s.year from member_strength s join member_organisation o on o.id = s.organisation_id
            where not $5 and $4::int is null and coalesce(o.merged_into, o.id) in (select a.organisation_id from affiliation a where a.node = any($1) or a.node like any($6))
            union select $4 where not $5) y
          where y.year <= extract(year from $2::date)
          union all select null::int, $2::date where $5),
        a as materialized (
          select d.year as of_year, a.organisation_id, a.through_id
          from d cross join lateral affiliation_at(d.day, $3) a
          where (a.node = any($1) or a.node like any($6)) and a.status in ('admitted', 'active', 'suspended') and a.category in ('full', 'associate')),
        direct as materialized (select distinct of_year, organisation_id from a where through_id is null),
        m as materialized (
          select of_year, organisation_id from direct
          except
          select a.of_year, a.organisation_id from a join direct f on f.organisation_id = a.through_id and f.of_year is not distinct from a.of_year),
        h as (
          select of_year, organisation_id, organisation_id as record_id from m
          union all select m.of_year, m.organisation_id, k.id from m join merged_at($3) k on k.stands_for = m.organisation_id),
        f as materialized (
          select distinct on (h.of_year, h.organisation_id) h.of_year, h.organisation_id, s.*
          from h left join lateral (
            select s.id, s.year, s.total, s.women, s.men, s.ages, s.informal_share, s.recorded_at from member_strength s
            where s.organisation_id = h.record_id and s.year <= extract(year from $2::date) and (h.of_year is null or s.year = h.of_year)
              and s.recorded_at < $3 and (s.superseded_at is null or s.superseded_at >= $3)
            order by s.year desc limit 1) s on true
          order by h.of_year, h.organisation_id, s.year desc nulls last, h.record_id <> h.organisation_id, s.recorded_at desc, s.id)
        select coalesce(json_agg(json_build_object(
          'year', g.of_year, 'isMixed', g.different > 1, 'total', g.total, 'organisations', g.organisations, 'missingOrganisations', g.missing,
          'years', coalesce((select json_object_agg(y.year, y.n) from (
            select f.year, count(*) n from f where f.of_year is not distinct from g.of_year and f.year is not null group by 1 order by 1) y), '{}'),
          'women', case when g.with_women > 0 then json_build_object('count', g.women, 'organisations', g.with_women, 'ofTotal', g.of_women) end,
          'men', case when g.with_men > 0 then json_build_object('count', g.men, 'organisations', g.with_men, 'ofTotal', g.of_men) end,
          'informal', case when g.with_informal > 0 then json_build_object('count', g.informal, 'organisations', g.with_informal, 'ofTotal', g.of_informal) end,
          'ages', (select json_object_agg(a.key, json_build_object('count', a.n, 'organisations', a.organisations, 'ofTotal', a.of_total)) from (
            select b.key, sum(b.value::bigint) n, count(*) organisations, sum(f.total) of_total from f cross join lateral jsonb_each_text(f.ages) b where f.of_year is not distinct from g.of_year group by 1 order by 1) a),
          'missing', coalesce((select json_agg(json_build_object('id', n.id, 'name', n.name)) from (
            select o.id, o.name from f join member_organisation o on o.id = f.organisation_id
            where f.of_year is not distinct from g.of_year and f.year is null order by o.name, o.id limit 100) n), '[]')) order by g.of_year desc nulls first), '[]')::text
        from (
          select d.year as of_year, count(distinct f.year) different, coalesce(sum(f.total), 0) total, count(f.year) organisations,
                 count(f.organisation_id) filter (where f.year is null) missing,
                 sum(f.women) women, count(f.women) with_women, sum(f.total) filter (where f.women is not null) of_women,
                 sum(f.men) men, count(f.men) with_men, sum(f.total) filter (where f.men is not null) of_men,
                 round(sum(f.total * f.informal_share / 100)) informal, count(f.informal_share) with_informal, sum(f.total) filter (where f.informal_share is not null) of_informal
          from d left join f on f.of_year is not distinct from d.year group by 1
          having count(f.year) > 0 or $5 or $4 is not null) g
        """;

    public static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        [AsParameters] Filter filter, Caller caller, ServiceDatabase database, TimeProvider clock, CancellationToken ct)
    {
        if ((filter.Check(clock, out var given) ?? QueryChecks.Node(filter.Node)) is { } bad)
            return bad;
        if (filter.Year is < 1900 or > 2200)
            return QueryChecks.Refuse("year", "out-of-range", "A year from 1900 on.");
        if (filter is { Latest: true, Year: not null })
            return QueryChecks.Refuse("latest", "one-of-both", "Either a year, or the latest of each.");

        var nodes = caller.NodesFor(Role.Reader, filter.Node);
        var asOf = given ?? AsOf.Today(clock);
        await using var command = database.DataSource.CreateCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = nodes });
        asOf.AddTo(command.Parameters);
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)filter.Year ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Integer });
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = filter.Latest is true });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = NodePath.Below(nodes) });
        var sums = JsonSerializer.Deserialize<IReadOnlyList<Sum>>((string)(await command.ExecuteScalarAsync(ct))!, JsonDefaults.Options)!;
        return TypedResults.Ok(new Response(nodes, asOf.Day, asOf.KnownOn, sums));
    }
}
