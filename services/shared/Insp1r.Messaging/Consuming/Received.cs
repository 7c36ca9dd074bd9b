using System.Diagnostics;
using System.Text.Json;
using Insp1r.Contracts;
using Insp1r.ServiceDefaults.Http;

namespace Insp1r.Messaging.Consuming;

/// <summary>An event as it arrived. <paramref name="Id"/> is the id of its row in the publisher's log.</summary>
public sealed record Received<TEvent>(Guid Id, TEvent Event, string? TraceParent, DateTimeOffset OccurredAt) where TEvent : class, IEvent
{
    /// <summary>How long an effect has been tried, over all tries of this delivery.</summary>
    public TimeSpan SinceFirstTry => Stopwatch.GetElapsedTime(FirstTryAt);

    internal long FirstTryAt { get; init; }
}

/// <summary>An event of a pack that could not be handled.</summary>
internal sealed record FailedItem(Guid Id, Exception Reason);

internal static class Unpacking
{
    // A newer publisher may add members; within a version of the contract none goes away.
    private static readonly JsonSerializerOptions Lenient = new(JsonDefaults.Options)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Skip,
    };

    /// <summary>The events of a pack. One that cannot be read is added to the failures and does not hide the others.</summary>
    public static List<Received<TEvent>> Unpack<TEvent>(EventPack pack, List<FailedItem> failed) where TEvent : class, IEvent
    {
        var type = EventTypes.Find(pack.Type) ?? throw new InvalidDataException($"There is no event type {pack.Type}.");
        var events = new List<Received<TEvent>>(pack.Items.Count);
        foreach (var item in pack.Items)
        {
            try
            {
                var happened = (TEvent)(JsonSerializer.Deserialize(item.Data.Utf8.Span, type, Lenient) ?? throw new JsonException("The event is empty."));
                events.Add(new Received<TEvent>(item.Id, happened, item.TraceParent, item.OccurredAt));
            }
            catch (JsonException e)
            {
                failed.Add(new FailedItem(item.Id, new InvalidDataException($"Event {item.Id} is not a {pack.Type}: {e.Message}", e)));
            }
        }

        return events;
    }

    /// <summary>Goes on with the trace that began with the request whose change this event tells of.</summary>
    public static Activity? Trace<TEvent>(Received<TEvent> received, string consumer) where TEvent : class, IEvent =>
        ActivityContext.TryParse(received.TraceParent, null, isRemote: true, out var parent)
            ? MessagingMetrics.Activities.StartActivity($"consume {consumer}", ActivityKind.Consumer, parent)
            : null;
}
