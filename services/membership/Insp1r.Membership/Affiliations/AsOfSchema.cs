namespace Insp1r.Membership.Affiliations;

/// <summary>
/// For the migration: what was before is kept by the database itself, whoever changes a record, and three functions answer what held on a day,
/// as far as it was known by a moment. A day counts (valid time) until something later is said of a day from then on; what was recorded, by
/// mistake or belatedly, counts from the moment that it was (recorded time).
/// </summary>
internal static class AsOfSchema
{
    public const string Create = """
        create table organisation_version (
          organisation_id uuid not null references member_organisation (id), version int not null, name text not null, names jsonb not null, acronym text,
          country text collate "C" not null, types text[] not null, website text, search text collate "C" not null, since date not null, recorded_at timestamptz not null,
          primary key (organisation_id, version));

        create function keep_organisation_version() returns trigger language plpgsql as $$
        begin
          insert into organisation_version (organisation_id, version, name, names, acronym, country, types, website, search, since, recorded_at)
          values (old.id, old.version, old.name, old.names, old.acronym, old.country, old.types, old.website, old.search, old.since, old.recorded_at);
          return null;
        end $$;

        create trigger keep_version after update on member_organisation for each row
          when ((old.name, old.names, old.acronym, old.country, old.types, old.website, old.since)
            is distinct from (new.name, new.names, new.acronym, new.country, new.types, new.website, new.since))
          execute function keep_organisation_version();

        create table node_version (
          node_id uuid not null references network_node (id), version int not null, names jsonb not null, named_since date not null, since date not null, recorded_at timestamptz not null,
          primary key (node_id, version));

        create function keep_node_version() returns trigger language plpgsql as $$
        begin
          insert into node_version (node_id, version, names, named_since, since, recorded_at) values (old.id, old.version, old.names, old.named_since, old.since, old.updated_at);
          return null;
        end $$;

        create trigger keep_version after update on network_node for each row
          when ((old.names, old.named_since, old.since) is distinct from (new.names, new.named_since, new.since)) execute function keep_node_version();

        create function affiliation_at(day date, known timestamptz) returns table (
          id uuid, version int, organisation_id uuid, node text, category text, status text, since date, until date, through_id uuid, recorded_at timestamptz)
        language sql stable as $$
          select a.id, a.version, a.organisation_id, a.node, coalesce(m.category, a.first_category), coalesce(m.status, a.first_status), a.since,
                 case when m.status in ('withdrawn', 'excluded', 'lapsed') then m.effective end, a.through_id, a.recorded_at
          from affiliation a
          left join lateral (
            select m.status, m.category, m.effective from affiliation_move m
            where m.affiliation_id = a.id and m.effective <= day and m.recorded_at < known and (m.revoked_at is null or m.revoked_at >= known)
            order by m.effective desc, m.recorded_at desc limit 1) m on true
          where a.since <= day and a.recorded_at < known
        $$;

        create function organisation_at(day date, known timestamptz) returns setof member_organisation language sql stable as $$
          select o.id, c.version, o.node, c.name, c.names, c.acronym, c.country, c.types, c.website, h.status, o.external_ids, c.search, o.created_at, o.updated_at, c.since, c.recorded_at
          from member_organisation o
          cross join lateral (
            select a.status from affiliation_at(day, known) a where a.organisation_id = o.id and a.node = o.node order by a.since desc, a.id desc limit 1) h
          cross join lateral (
            select v.* from (
              select o.version, o.name, o.names, o.acronym, o.country, o.types, o.website, o.search, o.since, o.recorded_at
              union all
              select v.version, v.name, v.names, v.acronym, v.country, v.types, v.website, v.search, v.since, v.recorded_at from organisation_version v where v.organisation_id = o.id) v
            where v.recorded_at < known
            order by v.since <= day desc, case when v.since <= day then -v.version else v.version end limit 1) c
        $$;

        create function node_at(day date, known timestamptz) returns setof network_node language sql stable as $$
          select n.id, c.version, n.path, n.level, n.parent, c.names, n.country, n.created_at, n.updated_at, s.since, c.named_since
          from network_node n
          cross join lateral (
            select v.* from (
              select n.version, n.names, n.named_since, n.updated_at as recorded_at
              union all
              select v.version, v.names, v.named_since, v.recorded_at from node_version v where v.node_id = n.id) v
            where v.recorded_at < known
            order by v.named_since <= day desc, case when v.named_since <= day then -v.version else v.version end limit 1) c
          cross join lateral (
            select v.since from (
              select n.version, n.since, n.updated_at as recorded_at
              union all
              select v.version, v.since, v.recorded_at from node_version v where v.node_id = n.id) v
            where v.recorded_at < known order by v.version desc limit 1) s
          where s.since <= day and n.created_at < known
        $$;
        """;
}
