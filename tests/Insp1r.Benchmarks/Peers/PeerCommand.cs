using System.CommandLine;

namespace Insp1r.Benchmarks.Peers;

/// <summary>Runs one of the peers in a process of its own: <c>Insp1r.Benchmarks peer upstream --port 5000</c>.</summary>
internal static class PeerCommand
{
    public static Command Create()
    {
        var port = new Option<int>("--port") { Required = true };
        var keys = new Option<FileInfo>("--keys") { Required = true, Description = "The public keys to answer at /.well-known/jwks.json" };
        var upstream = new Command("upstream") { port, keys };
        upstream.SetAction((parsed, ct) => TrivialUpstream.RunAsync(parsed.GetValue(port), parsed.GetValue(keys)!, ct));

        var to = new Option<string>("--to") { Required = true };
        var yarp = new Command("yarp") { port, to };
        yarp.SetAction((parsed, ct) => BareProxy.RunAsync(parsed.GetValue(port), parsed.GetValue(to)!, ct));

        return new Command("peer", "Run a peer that the platform is measured beside") { upstream, yarp };
    }
}
