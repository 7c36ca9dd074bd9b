using System.Collections.Concurrent;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Insp1r.ServiceDefaults.OpenApi;

/// <summary>
/// What a doc comment says of a handler's parameter, or of a property that stands for one: a text for who reads the code and for who reads the
/// API's document. The compiler writes the comments to a file beside each assembly.
/// </summary>
internal static partial class DocComments
{
    private static readonly ConcurrentDictionary<Assembly, ILookup<string, XElement>> Files = new();

    /// <summary>Null where there is no comment.</summary>
    public static string? Of(ParameterInfo parameter)
    {
        var member = parameter.Member;
        var name = $"{member.DeclaringType!.FullName!.Replace('+', '.')}.{member.Name}";
        var comments = Files.GetOrAdd(member.Module.Assembly, Read);
        var text = member is PropertyInfo
            ? comments[$"P:{name}"].Elements("summary").FirstOrDefault()
            : comments[$"M:{name}"].Elements("param").FirstOrDefault(comment => (string?)comment.Attribute("name") == parameter.Name);
        return text is null ? null : Space().Replace(string.Concat(text.Nodes().Select(Plain)), " ").Trim();
    }

    // A method's name does without the types of its parameters: overloads mean the same by one name.
    private static ILookup<string, XElement> Read(Assembly assembly)
    {
        var file = Path.ChangeExtension(assembly.Location, ".xml");
        var members = File.Exists(file) ? XDocument.Load(file).Descendants("member") : [];
        return members.ToLookup(member => ((string)member.Attribute("name")!).Split('(')[0], StringComparer.Ordinal);
    }

    private static string Plain(XNode node) => node is XElement { Name.LocalName: "c" } code ? $"`{code.Value}`" : node is XText text ? text.Value : "";

    [GeneratedRegex(@"\s+", RegexOptions.None, 1_000)]
    private static partial Regex Space();
}
