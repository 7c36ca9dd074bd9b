using System.Text.Json;

namespace Insp1r.DemoData;

/// <summary>A client of the file that membership writes at its first start in Development.</summary>
internal sealed record DevelopmentClient(string ClientId, string Secret);

/// <summary>Every record is loaded with the client of the network that owns it, as that network would do it.</summary>
internal sealed class DevelopmentClients(IReadOnlyDictionary<string, DevelopmentClient> byId)
{
    public const string Variable = "DevelopmentClients__File";

    /// <summary>Adds nodes.</summary>
    public const string Steward = "steward";

    /// <summary>Records for nodes that have no client of their own.</summary>
    private const string Contributor = "contributor";

    private static readonly Dictionary<string, string> NationalClients = new(StringComparer.Ordinal)
    {
        ["insp1r.africa.bf"] = "burkina-faso",
        ["insp1r.africa.bi"] = "burundi",
        ["insp1r.africa.ml"] = "mali",
        ["insp1r.africa.rw"] = "rwanda",
        ["insp1r.asia.np"] = "nepal",
        ["insp1r.europe.be"] = "belgium",
        ["insp1r.lac.bo"] = "bolivia",
        ["insp1r.lac.do"] = "dominican-republic",
    };

    public static string OfNode(string node) => NationalClients.GetValueOrDefault(node, Contributor);

    public DevelopmentClient this[string clientId] => byId.TryGetValue(clientId, out var client)
        ? client
        : throw new DemoDataException($"There is no development client '{clientId}'. Membership writes the file at its start; delete it and start again.");

    public static DevelopmentClients Read(string? file)
    {
        if (file is null || !File.Exists(file))
            throw new DemoDataException($"The file of the development clients is not there: {Variable}={file ?? "(not set)"}. Membership writes it when it starts in Development.");

        using var stream = File.OpenRead(file);
        var clients = JsonSerializer.Deserialize<DevelopmentClient[]>(stream, JsonSerializerOptions.Web) ?? [];
        return new DevelopmentClients(clients.ToDictionary(client => client.ClientId, StringComparer.Ordinal));
    }
}
