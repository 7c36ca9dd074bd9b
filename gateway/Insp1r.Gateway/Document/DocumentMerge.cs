using System.Text.Json.Nodes;

namespace Insp1r.Gateway.Document;

/// <summary>One service's OpenAPI document.</summary>
internal sealed record Part(string Service, JsonObject Document);

/// <summary>
/// Makes one OpenAPI document of several. Everything is sorted, so that the same parts always give the same bytes. A component that is
/// the same in two parts appears once; where two parts mean different things by one name, each keeps its own under a name with the
/// service before it.
/// </summary>
internal static class DocumentMerge
{
    private static readonly string[] Verbs = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

    public static JsonObject Merge(IReadOnlyList<Part> parts, Func<string, string, bool> isRouted)
    {
        var clones = parts.Select(part => part with { Document = part.Document.DeepClone().AsObject() }).ToList();
        foreach (var part in clones)
            RemoveUnrouted(part, isRouted);
        foreach (var (part, renames) in Renames(clones))
            Rename(part, renames);
        MakeOperationIdsUnique(clones);

        var paths = Sorted(clones.SelectMany(part => Members(part.Document["paths"])), MergeVerbs);
        return new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["paths"] = paths,
            ["components"] = Components(clones),
            ["tags"] = Tags(clones, paths),
        };
    }

    /// <summary>Each operation with its path.</summary>
    public static IEnumerable<(string Path, JsonObject Operation)> Operations(JsonNode? document) =>
        from path in Members(document?["paths"])
        from verb in Members(path.Value)
        where Verbs.Contains(verb.Key, StringComparer.Ordinal)
        select (path.Key, verb.Value!.AsObject());

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Members(JsonNode? node) => node as JsonObject ?? [];

    private static void RemoveUnrouted(Part part, Func<string, string, bool> isRouted)
    {
        if (part.Document["paths"] is not JsonObject paths)
            return;

        foreach (var path in paths.Select(path => path.Key).Where(path => !isRouted(part.Service, path)).ToList())
            paths.Remove(path);
    }

    /// <summary>For each part the references that must change, from <c>#/components/schemas/Page</c> to <c>#/components/schemas/AdvocacyPage</c>.</summary>
    private static List<(Part Part, Dictionary<string, string> Renames)> Renames(List<Part> parts)
    {
        var renames = parts.Select(part => (Part: part, Renames: new Dictionary<string, string>(StringComparer.Ordinal))).ToList();
        var shared = (
            from part in renames
            from section in Members(part.Part.Document["components"])
            where section.Key != "securitySchemes"
            from component in Members(section.Value)
            group (part.Part, part.Renames, Node: component.Value) by (Section: section.Key, Name: component.Key) into same
            where same.Count() > 1
            select same).ToList();

        // A component that refers to a renamed one now means something else as well: go on until nothing changes.
        for (var changed = true; changed;)
        {
            changed = false;
            foreach (var component in shared)
            {
                var reference = $"#/components/{component.Key.Section}/{component.Key.Name}";
                var first = component.First();
                if (first.Renames.ContainsKey(reference))
                    continue;
                if (component.All(each => JsonNode.DeepEquals(each.Node, first.Node) && !References(each.Node).Any(each.Renames.ContainsKey)))
                    continue;

                changed = true;
                foreach (var each in component)
                    each.Renames[reference] = $"#/components/{component.Key.Section}/{Prefixed(each.Part.Service, component.Key.Name)}";
            }
        }

        return renames;
    }

    private static void Rename(Part part, Dictionary<string, string> renames)
    {
        if (renames.Count == 0)
            return;

        foreach (var (from, to) in renames)
        {
            var section = part.Document["components"]![from.Split('/')[2]]!.AsObject();
            var name = from[(from.LastIndexOf('/') + 1)..];
            var component = section[name];
            section.Remove(name);
            section[to[(to.LastIndexOf('/') + 1)..]] = component;
        }

        foreach (var holder in ReferenceHolders(part.Document).ToList())
        {
            if (renames.TryGetValue(holder.Owner[holder.Member]!.GetValue<string>(), out var to))
                holder.Owner[holder.Member] = to;
        }
    }

    private static IEnumerable<string> References(JsonNode? node) =>
        ReferenceHolders(node).Select(holder => holder.Owner[holder.Member]!.GetValue<string>());

    /// <summary>Every place below the node that refers to a component: <c>$ref</c>, and the values of a discriminator's mapping.</summary>
    private static IEnumerable<(JsonObject Owner, string Member)> ReferenceHolders(JsonNode? node)
    {
        if (node is JsonArray array)
            return array.SelectMany(ReferenceHolders);
        if (node is not JsonObject owner)
            return [];

        var own = owner.Where(member => member.Key == "$ref" && IsText(member.Value)).Select(member => (owner, member.Key));
        var mapped = Members(owner["discriminator"] is JsonObject discriminator ? discriminator["mapping"] : null)
            .Where(member => IsText(member.Value)).Select(member => (owner["discriminator"]!["mapping"]!.AsObject(), member.Key));
        return own.Concat(mapped).Concat(owner.Where(member => member.Value is JsonObject or JsonArray).SelectMany(member => ReferenceHolders(member.Value)));
    }

    private static bool IsText(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out _);

    private static void MakeOperationIdsUnique(List<Part> parts)
    {
        var taken = from part in parts
                    from operation in Operations(part.Document)
                    let id = (string?)operation.Operation["operationId"]
                    where id is not null
                    group (part.Service, operation.Operation) by id into same
                    where same.Count() > 1
                    select same;
        foreach (var same in taken.ToList())
        {
            foreach (var (service, operation) in same)
                operation["operationId"] = Prefixed(service, same.Key);
        }
    }

    private static JsonObject Components(List<Part> parts)
    {
        var sections = new JsonObject();
        foreach (var section in parts.SelectMany(part => Members(part.Document["components"])).GroupBy(section => section.Key, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal))
            sections[section.Key] = Sorted(section.SelectMany(each => Members(each.Value)), (first, _) => first);
        return sections;
    }

    /// <summary>The tags that operations use, with the first description that a part gives.</summary>
    private static JsonArray Tags(List<Part> parts, JsonObject paths)
    {
        var described = parts.SelectMany(part => part.Document["tags"] as JsonArray ?? []).OfType<JsonObject>()
            .GroupBy(tag => (string?)tag["name"] ?? "", StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.FirstOrDefault(tag => tag["description"] is not null) ?? group.First(), StringComparer.Ordinal);
        var used = Operations(new JsonObject { ["paths"] = paths.DeepClone() })
            .SelectMany(operation => operation.Operation["tags"] as JsonArray ?? []).Select(tag => (string)tag!)
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        return [.. used.Select(name => described.TryGetValue(name, out var tag) ? tag.DeepClone() : new JsonObject { ["name"] = name })];
    }

    private static JsonNode? MergeVerbs(JsonNode? first, JsonNode? second)
    {
        foreach (var (verb, operation) in Members(second))
        {
            if (first is JsonObject path && !path.ContainsKey(verb))
                path[verb] = operation?.DeepClone();
        }

        return first;
    }

    private static JsonObject Sorted(IEnumerable<KeyValuePair<string, JsonNode?>> members, Func<JsonNode?, JsonNode?, JsonNode?> merge)
    {
        var sorted = new JsonObject();
        foreach (var same in members.GroupBy(member => member.Key, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal))
            sorted[same.Key] = same.Select(member => member.Value?.DeepClone()).Aggregate(merge);
        return sorted;
    }

    private static string Prefixed(string service, string name) => $"{char.ToUpperInvariant(service[0])}{service[1..]}{char.ToUpperInvariant(name[0])}{name[1..]}";
}
