using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Membership.Nodes;

internal static class NodeErrors
{
    public static readonly Error PathTaken = new(409, "node-exists", "There is a node with this path");
}
