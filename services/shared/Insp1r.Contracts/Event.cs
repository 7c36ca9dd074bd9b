using System.Reflection;

namespace Insp1r.Contracts;

/// <summary>
/// Something that happened in a service, in the past tense. It carries ids, the subject's version and what consumers need;
/// nothing about a person. Its JSON is the contract: names and types of members never change within a version.
/// </summary>
public interface IEvent
{
    /// <summary>The record that it happened to.</summary>
    Guid SubjectId { get; }

    /// <summary>The record's version after it happened. Consumers keep the highest: order does not survive the way.</summary>
    int SubjectVersion { get; }

    /// <summary>The path of the node that owns the record.</summary>
    string Node { get; }
}

/// <summary>
/// The name of an event on the wire and in the log, such as <c>membership.organisation-suspended.v1</c>: the service, what
/// happened to what, and the version of the contract. <paramref name="subject"/> is the kind of record.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class EventAttribute(string name, string subject) : Attribute
{
    public string Name { get; } = name;
    public string Subject { get; } = subject;

    /// <summary>True for what stays inside the platform: the change feed and webhooks leave it out.</summary>
    public bool Internal { get; init; }
}

/// <summary>Every event there is, by name.</summary>
public static class EventTypes
{
    private static readonly Dictionary<string, Type> ByName = typeof(EventTypes).Assembly.GetTypes()
        .Where(type => type.GetCustomAttribute<EventAttribute>() is not null)
        .ToDictionary(type => type.GetCustomAttribute<EventAttribute>()!.Name, StringComparer.Ordinal);

    private static readonly Dictionary<Type, EventAttribute> ByType = ByName.Values.ToDictionary(type => type, type => type.GetCustomAttribute<EventAttribute>()!);

    public static IReadOnlyCollection<string> Names => ByName.Keys;

    public static EventAttribute Of(Type type) => ByType[type];

    public static Type? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>The names of an event type, or of all events that share an interface.</summary>
    public static string[] NamesOf<TEvent>() where TEvent : IEvent =>
        [.. ByName.Where(pair => pair.Value.IsAssignableTo(typeof(TEvent))).Select(pair => pair.Key).Order(StringComparer.Ordinal)];
}
