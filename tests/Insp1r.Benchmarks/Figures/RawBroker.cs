using System.Buffers.Binary;
using System.Diagnostics;
using Insp1r.Benchmarks.Harness;
using Insp1r.Testing.Stack;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Insp1r.Benchmarks.Figures;

/// <summary>
/// The limit that the broker itself sets: a confirmed publish to a quorum queue until a consumer has it, with nothing before or after.
/// </summary>
internal static class RawBroker
{
    private const string Queue = "bench.raw";
    private const int PayloadSize = 500;

    public static async Task<Latency> MeasureAsync(Uri broker, int perSecond, TimeSpan duration, CancellationToken ct)
    {
        await using var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync("bench", ct);
        await using var publisher = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true, outstandingPublisherConfirmationsRateLimiter: null), ct);
        await using var receiver = await connection.CreateChannelAsync(cancellationToken: ct);
        await publisher.QueueDeclareAsync(Queue, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-queue-type"] = "quorum" }, cancellationToken: ct);

        var latencies = new List<double>();
        var (sent, received) = (0, 0);
        await receiver.BasicQosAsync(0, 100, global: false, ct);
        var consumer = new AsyncEventingBasicConsumer(receiver);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            latencies.Add(Stopwatch.GetElapsedTime(BinaryPrimitives.ReadInt64LittleEndian(delivery.Body.Span)).TotalMilliseconds);
            await receiver.BasicAckAsync(delivery.DeliveryTag, multiple: false);
            Interlocked.Increment(ref received);
        };
        await receiver.BasicConsumeAsync(Queue, autoAck: false, consumer, ct);

        await Pacer.RunAsync(perSecond, duration, async token =>
        {
            var body = new byte[PayloadSize];
            sent++;
            BinaryPrimitives.WriteInt64LittleEndian(body, Stopwatch.GetTimestamp());
            await publisher.BasicPublishAsync("", Queue, mandatory: true, new BasicProperties { Persistent = true }, body, token);
        }, ct);
        await Until.TrueAsync(() => Volatile.Read(ref received) == sent, "the broker delivers what it confirmed", ct);
        await publisher.QueueDeleteAsync(Queue, cancellationToken: ct);
        return Latency.Of(latencies);
    }
}
