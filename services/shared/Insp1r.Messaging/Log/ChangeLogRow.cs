using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Insp1r.Contracts;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;

namespace Insp1r.Messaging.Log;

/// <summary>A new row of the log, with its cause.</summary>
internal sealed class ChangeLogRow
{
    private const int SaltLength = 16;

    public required Guid Id { get; init; }
    public required string Type { get; init; }
    public required string Subject { get; init; }
    public required Guid SubjectId { get; init; }
    public required int SubjectVersion { get; init; }
    public required string Node { get; init; }
    public required string Visibility { get; init; }
    public required string Payload { get; init; }
    public string? Record { get; init; }
    public required string Actor { get; init; }
    public string? App { get; init; }
    public required string Origin { get; init; }
    public string? Reason { get; init; }
    public byte[]? Salt { get; init; }
    public byte[]? PayloadHash { get; init; }
    public string? TraceParent { get; init; }
    public required DateTimeOffset OccurredAt { get; init; }

    public static ChangeLogRow Of(IEvent happened, DateTimeOffset at, object? record, string? reason)
    {
        var type = EventTypes.Of(happened.GetType());
        var cause = Cause.Current;
        return new ChangeLogRow
        {
            Id = Guid.CreateVersion7(at),
            Type = type.Name,
            Subject = type.Subject,
            SubjectId = happened.SubjectId,
            SubjectVersion = happened.SubjectVersion,
            Node = happened.Node,
            Visibility = type.Internal ? "internal" : "feed",
            Payload = JsonSerializer.Serialize(happened, happened.GetType(), JsonDefaults.Options),
            Record = record is null ? null : JsonSerializer.Serialize(record, JsonDefaults.Options),
            Actor = cause.Actor,
            App = cause.App,
            Origin = cause.Origin,
            Reason = reason ?? cause.Reason,
            TraceParent = Activity.Current?.Id,
            OccurredAt = at,
        };
    }

    public static ChangeLogRow OfAudit(
        string subject, Guid id, int version, string node, string action, object? before, object? after, DateTimeOffset at, string? reason, bool personal)
    {
        var cause = Cause.Current;
        reason ??= cause.Reason;
        // Why somebody's data was changed may say something about that person: it goes when the data goes.
        var payload = JsonSerializer.Serialize<object>(
            personal && reason is not null ? new { before, after, reason } : new { before, after }, JsonDefaults.Options);
        var salt = personal ? RandomNumberGenerator.GetBytes(SaltLength) : null;
        return new ChangeLogRow
        {
            Id = Guid.CreateVersion7(at),
            Type = action,
            Subject = subject,
            SubjectId = id,
            SubjectVersion = version,
            Node = node,
            Visibility = "audit",
            Payload = payload,
            Actor = cause.Actor,
            App = cause.App,
            Origin = cause.Origin,
            Reason = personal ? null : reason,
            Salt = salt,
            PayloadHash = salt is null ? null : SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(payload)]),
            TraceParent = Activity.Current?.Id,
            OccurredAt = at,
        };
    }
}
