using System.Text.Json.Nodes;
using Insp1r.Contracts;

namespace Insp1r.AppHost.Servers;

/// <summary>What a service's user may do on the broker, as RabbitMQ's regular expressions over the names of exchanges and queues.</summary>
internal static class BrokerPermissions
{
    /// <summary>
    /// What begins with the service's name is its own. It declares and fills the queues that its events go to; it declares and binds the exchanges of
    /// the events that it hears, and publishes none of them.
    /// </summary>
    public static JsonObject Of(string service)
    {
        var own = $@"{service}\..*";
        var subscribers = Subscriptions.All.Where(subscription => subscription.Events.Any(IsOwn)).Select(subscription => subscription.Queue);
        var heard = Subscriptions.All.Where(subscription => IsOwn(subscription.Queue)).SelectMany(subscription => subscription.Events);
        return new JsonObject
        {
            ["configure"] = Names([.. subscribers, .. heard]),
            // Through the default exchange a failed message goes back to its queue.
            ["write"] = Names(["amq.default", .. subscribers]),
            ["read"] = Names([.. subscribers, .. heard]),
        };

        bool IsOwn(string name) => name.StartsWith($"{service}.", StringComparison.Ordinal);

        string Names(IEnumerable<string> others) => $"^({string.Join('|', others.Distinct(StringComparer.Ordinal).Select(name => name.Replace(".", @"\.", StringComparison.Ordinal)).Prepend(own))})$";
    }
}
