namespace Insp1r.ServiceDefaults.Access;

/// <summary>
/// The place of a node in the network, from the root: <c>insp1r</c>, <c>insp1r.africa</c>, <c>insp1r.africa.rw</c>.
/// Segments are 1 to 40 lower-case letters, digits and hyphens; a path has at most 6 of them.
/// </summary>
public static class NodePath
{
    public const string Root = "insp1r";
    public const int MaxSegments = 6;
    public const int MaxLength = 200;

    public static bool IsValid(string? path)
    {
        if (path is null || path.Length is 0 or > MaxLength || !Covers(Root, path))
            return false;

        var segments = path.Split('.');
        return segments.Length <= MaxSegments && segments.All(IsSegment);
    }

    public static bool IsSegment(string segment) =>
        segment.Length is > 0 and <= 40 && segment[0] != '-' && segment.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-');

    /// <summary>True where <paramref name="other"/> is <paramref name="path"/> itself or lies below it.</summary>
    public static bool Covers(string path, string other) =>
        other.StartsWith(path, StringComparison.Ordinal) && (other.Length == path.Length || other[path.Length] == '.');

    /// <summary>The patterns with which <c>like</c> finds what lies below these nodes. (No character of a path means anything in a pattern.)</summary>
    public static string[] Below(string[] nodes) => Array.ConvertAll(nodes, node => node + ".%");

    /// <summary>The node above, or null for the root.</summary>
    public static string? Parent(string path) => path.LastIndexOf('.') is var dot and > 0 ? path[..dot] : null;

    /// <summary>The node itself and every node above it, the nearest first.</summary>
    public static IEnumerable<string> SelfAndAncestors(string path)
    {
        for (var node = path; node is not null; node = Parent(node))
            yield return node;
    }
}
