using System.Text.Json;
using System.Text.Json.Nodes;

namespace Insp1r.ServiceDefaults.Http;

public static class Same
{
    /// <summary>True where both say the same, in whatever order: such a change costs no version and no event.</summary>
    public static bool Content<T>(T before, T after) =>
        JsonNode.DeepEquals(JsonSerializer.SerializeToNode(before, JsonDefaults.Options), JsonSerializer.SerializeToNode(after, JsonDefaults.Options));
}
