using Insp1r.ServiceDefaults.Access;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Advocacy.Publishing;

/// <summary>Who may read a record beside its owner node and the nodes above it.</summary>
internal enum Publication
{
    /// <summary>Nobody else.</summary>
    Node,

    /// <summary>Every reader under the same continental node.</summary>
    Continental,

    /// <summary>Every reader of the network.</summary>
    Network,

    /// <summary>Every reader, and the record may be shown outside of the network.</summary>
    Public,
}

/// <summary>A record with an owner node and a publication level.</summary>
internal interface IPublished
{
    string Node { get; }

    /// <summary>The continental node that the owner lies under; the owner itself at and above that level.</summary>
    string Continent { get; }

    Publication Publication { get; }

    /// <summary>False for a draft: whatever its level, only its own network sees it.</summary>
    bool IsOpen { get; }
}

internal static class Readership
{
    private const int ContinentalSegments = 2;

    public static string ContinentOf(string node)
    {
        var segments = node.Split('.');
        return segments.Length <= ContinentalSegments ? node : string.Join('.', segments[..ContinentalSegments]);
    }

    /// <summary>True for a national node or one below it: its records belong to a country.</summary>
    public static bool IsNational(string node) => ContinentOf(node) != node;

    /// <summary>What the caller may read: the subtrees of their nodes, and what others published to them.</summary>
    public static IQueryable<T> ReadableBy<T>(this IQueryable<T> rows, Caller caller) where T : class, IPublished
    {
        var nodes = caller.NodesFor(Role.Reader);
        var subtrees = NodePath.Below(nodes);
        var continents = nodes.Select(ContinentOf).ToArray();
        return rows.Where(row => nodes.Contains(row.Node)
            || subtrees.Any(subtree => EF.Functions.Like(row.Node, subtree))
            || (row.IsOpen
                && (row.Publication == Publication.Network
                    || row.Publication == Publication.Public
                    || (row.Publication == Publication.Continental && continents.Contains(row.Continent)))));
    }

    /// <summary>The records of a node and of those below it.</summary>
    public static IQueryable<T> Under<T>(this IQueryable<T> rows, string? node) where T : class, IPublished
    {
        if (node is null)
            return rows;

        var subtree = $"{node}.%";
        return rows.Where(row => row.Node == node || EF.Functions.Like(row.Node, subtree));
    }
}
