namespace Insp1r.Membership.Nodes;

/// <summary>The intercontinental network, which is there from the beginning; its event is in the log, so that every replica has it.</summary>
internal static class RootNode
{
    /// <summary>For the first migration.</summary>
    public const string Create = """
        with root as (
          insert into network_node (id, version, path, level, parent, names, country, created_at, updated_at)
          values ('01941f29-7c00-7000-8000-000000000001', 1, 'insp1r', 'intercontinental', null,
                  '{"en": "INSP!R International Network", "es": "Red Internacional INSP!R", "fr": "Réseau international INSP!R"}', null, now(), now())
          returning id)
        insert into change_log (id, type, subject, subject_id, subject_version, node, visibility, payload, occurred_at)
        select '01941f29-7c00-7000-8000-000000000002', 'membership.node-added.v1', 'node', id, 1, 'insp1r', 'feed',
               '{"state":{"id":"01941f29-7c00-7000-8000-000000000001","version":1,"path":"insp1r","level":"intercontinental","names":{"en":"INSP!R International Network","es":"Red Internacional INSP!R","fr":"Réseau international INSP!R"},"country":null}}',
               now()
        from root;
        """;
}
