namespace Insp1r.Membership.Merging;

/// <summary>
/// For the migration: who was the holder of an affiliation before a merge, or its undoing, moved it. With it the functions of the database answer
/// what was known before as they did then: two records. From the moment of the merge on they were one organisation on every day.
/// </summary>
internal static class MergingSchema
{
    public const string AffiliationAt = """
        -- Two branches, so that each finds an organisation's rows by an index: those that are where they were, and those that were elsewhere then.
        create or replace function affiliation_at(day date, known timestamptz) returns table (
          id uuid, version int, organisation_id uuid, node text, category text, status text, since date, until date, through_id uuid, recorded_at timestamptz)
        language sql stable as $$
          select a.id, a.version, a.organisation_id, a.node, coalesce(m.category, a.first_category), coalesce(m.status, a.first_status), a.since,
                 case when m.status in ('withdrawn', 'excluded', 'lapsed') then m.effective end, a.through_id, a.recorded_at
          from affiliation a
          left join lateral (
            select m.status, m.category, m.effective from affiliation_move m
            where m.affiliation_id = a.id and m.effective <= day and m.recorded_at < known and (m.revoked_at is null or m.revoked_at >= known)
            order by m.effective desc, m.recorded_at desc limit 1) m on true
          where a.since <= day and a.recorded_at < known and a.held_from < known and (a.yields_on is null or day < a.yields_on)
          union all
          select a.id, a.version, h.organisation_id, a.node, coalesce(m.category, a.first_category), coalesce(m.status, a.first_status), a.since,
                 case when m.status in ('withdrawn', 'excluded', 'lapsed') then m.effective end, h.through_id, a.recorded_at
          from affiliation_holder h join affiliation a on a.id = h.affiliation_id
          left join lateral (
            select m.status, m.category, m.effective from affiliation_move m
            where m.affiliation_id = a.id and m.effective <= day and m.recorded_at < known and (m.revoked_at is null or m.revoked_at >= known)
            order by m.effective desc, m.recorded_at desc limit 1) m on true
          where a.since <= day and a.recorded_at < known and h.held_from < known and h.held_until >= known and (h.yields_on is null or day < h.yields_on)
        $$;
        """;

    public const string Create = $"""
        create table affiliation_holder (
          affiliation_id uuid not null references affiliation (id), held_from timestamptz not null, held_until timestamptz not null,
          organisation_id uuid not null references member_organisation (id), through_id uuid, yields_on date,
          primary key (affiliation_id, held_until));
        create index ix_affiliation_holder_organisation_id on affiliation_holder (organisation_id);

        create function keep_affiliation_holder() returns trigger language plpgsql as $$
        begin
          insert into affiliation_holder (affiliation_id, held_from, held_until, organisation_id, through_id, yields_on)
          values (old.id, old.held_from, new.held_from, old.organisation_id, old.through_id, old.yields_on);
          return null;
        end $$;

        create trigger keep_holder after update on affiliation for each row
          when ((old.organisation_id, old.through_id, old.yields_on) is distinct from (new.organisation_id, new.through_id, new.yields_on))
          execute function keep_affiliation_holder();

        drop function organisation_at; drop function affiliation_at;

        {AffiliationAt}

        -- A merged record has no affiliation and so is not there, unless the question is what was known before. Of a member elsewhere, whose membership in
        -- its own network had not begun, the status is null.
        create function organisation_at(day date, known timestamptz) returns setof member_organisation language sql stable as $$
          select o.id, c.version, o.node, c.name, c.names, c.acronym, c.country, c.types, c.website, h.status, o.external_ids, c.search, o.created_at, o.updated_at, c.since, c.recorded_at,
                 o.keys, null::uuid
          from member_organisation o
          cross join lateral (
            select case when a.node = o.node then a.status end as status from affiliation_at(day, known) a where a.organisation_id = o.id
            order by a.node = o.node desc, a.since desc, a.recorded_at desc, a.id desc limit 1) h
          cross join lateral (
            select v.* from (
              select o.version, o.name, o.names, o.acronym, o.country, o.types, o.website, o.search, o.since, o.recorded_at
              union all
              select v.version, v.name, v.names, v.acronym, v.country, v.types, v.website, v.search, v.since, v.recorded_at from organisation_version v where v.organisation_id = o.id) v
            where v.recorded_at < known
            order by v.since <= day desc, case when v.since <= day then -v.version else v.version end limit 1) c
        $$;

        -- The merged records, as far as was known, each with the one that stood for it.
        create function merged_at(known timestamptz) returns table (id uuid, stands_for uuid) language sql stable as $$
          with recursive m as materialized (
            select m.merged_id, m.survivor_id from organisation_merge m where m.merged_at < known and (m.undone_at is null or m.undone_at >= known)),
          r as (
            select m.merged_id as id, m.survivor_id from m
            union all
            select r.id, m.survivor_id from r join m on m.merged_id = r.survivor_id)
          select r.id, r.survivor_id from r where not exists (select 1 from m where m.merged_id = r.survivor_id)
        $$;
        """;

    /// <summary>The keys of records that were there before: as <c>SearchKeys</c> makes them, for the letters that folding leaves.</summary>
    public const string FillKeys = """
        create function small_words() returns text[] language sql immutable as $$
          select string_to_array('of the and for in on at to an by with from de la le les des du et en pour aux au par sur un une dans del el los las para por con una da do dos das no na em', ' ') $$;

        update member_organisation o set keys = coalesce((
          select array_agg(distinct key) from (
            select 'a:' || string_agg(word, '' order by n) as key, length(string_agg(word, '')) as letters
            from unnest(string_to_array(o.search, E'\n')) with ordinality as l (line, ord),
                 regexp_split_to_table(replace(l.line, '.', ''), '[^a-z0-9]+') with ordinality as w (word, n)
            where word <> '' group by l.ord having count(*) = 1 or (l.ord = 2 and o.acronym is not null)
            union all
            select 'i:' || string_agg(left(word, 1), '' order by n), count(*)
            from unnest(string_to_array(o.search, E'\n')) with ordinality as l (line, ord),
                 regexp_split_to_table(replace(l.line, '.', ''), '[^a-z0-9]+') with ordinality as w (word, n)
            where length(word) > 1 and word <> all(small_words()) and not (l.ord = 2 and o.acronym is not null) group by l.ord
            union all
            select 'w:' || left(rtrim(lower(substring(o.website from '^https?://(?:www\.)?([^/?#]+)')) || coalesce(substring(o.website from '^https?://[^/?#]+(/[^?#]*)'), ''), '/'), 200), 2) k
          where letters between 2 and 20 and key is not null), '{}');

        drop function small_words;
        """;
}
