using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Insp1r.AppHost.Running;
using Insp1r.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Insp1r.AppHost.Servers;

/// <summary>The RabbitMQ server, as a container where a container engine answers, else as a process.</summary>
internal sealed record Broker(IResourceBuilder<IResourceWithConnectionString> Server, EndpointReference Endpoint, EndpointReference Management, ParameterResource Password, Installation Installation);

internal static class BrokerExtensions
{
    private const string Administrator = "guest";

    private static readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };

    public static Broker AddBroker(this IDistributedApplicationBuilder builder, string name, Installation installation)
    {
        var password = builder.AddKeptSecret($"{name}-password", installation.State);
        if (builder.ExecutionContext.IsPublishMode || ContainerEngine.Answers)
        {
            var container = builder.AddRabbitMQ(name, password: password).WithDataVolume().WithManagementPlugin().WithLifetime(ContainerLifetime.Persistent);
            return Watched(new Broker(container, container.Resource.PrimaryEndpoint, container.GetEndpoint("management"), password.Resource, installation), container);
        }

        var server = builder.AddServerProcess(
            new ServerProcess(
                name, ServerProcessExtensions.ScriptOf("rabbitmq.sh"), installation.State.DataOf(name), "rabbitmq-server", ("rabbitmq/lib", "rabbitmq_server-*", "sbin/rabbitmq-server"),
                tcp => ReferenceExpression.Create($"amqp://{Administrator}:{password.Resource}@{tcp.Property(EndpointProperty.Host)}:{tcp.Property(EndpointProperty.Port)}")),
            user: "rabbitmq", "epmd", "distribution", "management")
            .WithEnvironment("RABBITMQ_DEFAULT_PASS", password)
            .WithIconName("MailMultiple");
        var broker = Watched(new Broker(server, server.GetEndpoint(ServerProcess.Endpoint), server.GetEndpoint("management"), password.Resource, installation), server);
        var check = $"{name}_check";
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(check, _ => new StartingCheck(ct => AskAsync(broker, ct)), null, null));
        server.WithHealthCheck(check);
        return broker;
    }

    /// <summary>
    /// The connection string of one service, as a user of its own: it publishes its own events, declares the queues of its subscribers, and reads its own
    /// queues.
    /// </summary>
    public static ReferenceExpression AddBrokerUser(this Broker broker, string service)
    {
        var builder = broker.Server.ApplicationBuilder;
        var password = builder.AddKeptSecret($"{broker.Server.Resource.Name}-{service}-password", broker.Installation.State);
        builder.Eventing.Subscribe<ResourceReadyEvent>(broker.Server.Resource, (_, ct) => TriedAgainAsync(async () =>
        {
            await PutAsync(broker, $"users/{service}", new JsonObject { ["password"] = await password.Resource.GetValueAsync(ct), ["tags"] = "" }, ct);
            await PutAsync(broker, $"permissions/%2F/{service}", BrokerPermissions.Of(service), ct);
        }, ct));
        return ReferenceExpression.Create(
            $"amqp://{service}:{password.Resource}@{broker.Endpoint.Property(EndpointProperty.Host)}:{broker.Endpoint.Property(EndpointProperty.Port)}");
    }

    // The management API answers a little before it can do all that it is asked.
    private static async Task TriedAgainAsync(Func<Task> act, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await act();
                return;
            }
            catch (HttpRequestException) when (attempt < 10)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), ct);
            }
        }
    }

    /// <summary>Deletes the messages in all queues.</summary>
    public static async Task EmptyAsync(this Broker broker, CancellationToken ct)
    {
        foreach (var queue in Subscriptions.All.SelectMany(subscription => (string[])[subscription.Queue, $"{subscription.Queue}_error"]))
        {
            using var request = await RequestAsync(broker, HttpMethod.Delete, $"queues/%2F/{queue}/contents", ct);
            using var response = await _http.SendAsync(request, ct);
            // An error queue is there once there was an error.
            if (response.StatusCode != System.Net.HttpStatusCode.NotFound)
                response.EnsureSuccessStatusCode();
        }
    }

    private static Broker Watched<T>(Broker broker, IResourceBuilder<T> server) where T : IResource
    {
        server.WithAnnotation(new Care(server.Resource.Name, "RabbitMQ")
        {
            Probe = ct => AskAsync(broker, ct),
            Address = () => broker.Endpoint.IsAllocated ? $"{broker.Endpoint.Host}:{broker.Endpoint.Port}" : null,
        });
        return broker;
    }

    // A connection without a login would leave a warning in the broker's log at each question; the management API is asked whether clients can connect.
    private static async Task<Health> AskAsync(Broker broker, CancellationToken ct)
    {
        if (await CheckAsync(broker, $"port-listener/{broker.Endpoint.TargetPort ?? broker.Endpoint.Port}", ct) is { } closed)
            return new Health(closed);
        return new Health(await CheckAsync(broker, "alarms", ct) is { } alarm ? $"{alarm}: it takes no messages until there is room again" : null);
    }

    private static async Task<string?> CheckAsync(Broker broker, string check, CancellationToken ct)
    {
        using var request = await RequestAsync(broker, HttpMethod.Get, $"health/checks/{check}", ct);
        using var response = await _http.SendAsync(request, ct);
        if (response.IsSuccessStatusCode)
            return null;
        var answer = await response.Content.ReadAsStringAsync(ct);
        return answer.StartsWith('{') && JsonNode.Parse(answer)!["reason"] is { } reason ? reason.ToString() : $"the management API answers {(int)response.StatusCode}";
    }

    private static async Task PutAsync(Broker broker, string path, JsonObject body, CancellationToken ct)
    {
        using var request = await RequestAsync(broker, HttpMethod.Put, path, ct);
        request.Content = JsonContent.Create(body);
        using var response = await _http.SendAsync(request, ct);
        response.EnsureSuccessStatusCode();
    }

    private static async Task<HttpRequestMessage> RequestAsync(Broker broker, HttpMethod method, string path, CancellationToken ct)
    {
        var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Administrator}:{await broker.Password.GetValueAsync(ct)}"));
        var request = new HttpRequestMessage(method, new Uri($"{broker.Management.Url}/api/{path}"));
        // A connection kept open would hold up the broker's stop by five seconds.
        request.Headers.ConnectionClose = true;
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", credentials);
        return request;
    }
}
