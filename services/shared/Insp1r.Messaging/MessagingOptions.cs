namespace Insp1r.Messaging;

/// <summary>Where the broker is: <c>amqp://user:password@host:port</c>, the connection string named rabbitmq.</summary>
public sealed record MessagingOptions(Uri Broker);
