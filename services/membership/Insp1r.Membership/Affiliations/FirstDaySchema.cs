namespace Insp1r.Membership.Affiliations;

/// <summary>For the migration: what an affiliation's first day was before it was corrected, and until when that was known.</summary>
internal static class FirstDaySchema
{
    public const string Create = """
        alter table affiliation add column since_corrected_at timestamptz;

        create table affiliation_first_day (
          affiliation_id uuid not null references affiliation (id), known_until timestamptz not null, since date not null, primary key (affiliation_id, known_until));

        create function keep_affiliation_first_day() returns trigger language plpgsql as $$
        begin
          insert into affiliation_first_day (affiliation_id, known_until, since) values (old.id, new.since_corrected_at, old.since);
          return null;
        end $$;

        create trigger keep_first_day after update on affiliation for each row
          when (old.since is distinct from new.since) execute function keep_affiliation_first_day();

        -- As before, with the first day as it was known.
        create or replace function affiliation_at(day date, known timestamptz) returns table (
          id uuid, version int, organisation_id uuid, node text, category text, status text, since date, until date, through_id uuid, recorded_at timestamptz)
        language sql stable as $$
          select a.id, a.version, a.organisation_id, a.node, coalesce(m.category, a.first_category), coalesce(m.status, a.first_status), s.since,
                 case when m.status in ('withdrawn', 'excluded', 'lapsed') then m.effective end, a.through_id, a.recorded_at
          from affiliation a
          cross join lateral (
            select case when a.since_corrected_at is null or a.since_corrected_at < known then a.since else (
              select f.since from affiliation_first_day f where f.affiliation_id = a.id and f.known_until >= known order by f.known_until limit 1) end as since) s
          left join lateral (
            select m.status, m.category, m.effective from affiliation_move m
            where m.affiliation_id = a.id and m.effective <= day and m.recorded_at < known and (m.revoked_at is null or m.revoked_at >= known)
            order by m.effective desc, m.recorded_at desc limit 1) m on true
          where s.since <= day and a.recorded_at < known and a.held_from < known and (a.yields_on is null or day < a.yields_on)
          union all
          select a.id, a.version, h.organisation_id, a.node, coalesce(m.category, a.first_category), coalesce(m.status, a.first_status), s.since,
                 case when m.status in ('withdrawn', 'excluded', 'lapsed') then m.effective end, h.through_id, a.recorded_at
          from affiliation_holder h join affiliation a on a.id = h.affiliation_id
          cross join lateral (
            select case when a.since_corrected_at is null or a.since_corrected_at < known then a.since else (
              select f.since from affiliation_first_day f where f.affiliation_id = a.id and f.known_until >= known order by f.known_until limit 1) end as since) s
          left join lateral (
            select m.status, m.category, m.effective from affiliation_move m
            where m.affiliation_id = a.id and m.effective <= day and m.recorded_at < known and (m.revoked_at is null or m.revoked_at >= known)
            order by m.effective desc, m.recorded_at desc limit 1) m on true
          where s.since <= day and a.recorded_at < known and h.held_from < known and h.held_until >= known and (h.yields_on is null or day < h.yields_on)
        $$;
        """;

    public const string Drop = """
        drop trigger keep_first_day on affiliation; drop function keep_affiliation_first_day; drop table affiliation_first_day;
        alter table affiliation drop column since_corrected_at;
        """;
}
