using System.Text.Json;
using System.Text.Json.Serialization;

namespace Insp1r.Platform;

internal enum PlatformState { Starting, Running, Stopping, Stopped, Failed }

internal enum ResourceState { Waiting, Starting, Running, Unhealthy, Restarting, Finished, Failed, Stopping, Stopped }

/// <summary>What the application host says of the platform in <c>run/status.json</c>; the command line reads nothing else.</summary>
internal sealed record PlatformStatus
{
    public required PlatformState State { get; init; }
    public string? Message { get; init; }
    public required ProcessIdentity AppHost { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public double? SecondsToHealthy { get; init; }

    /// <summary>Where users reach the platform.</summary>
    public string? Address { get; init; }

    /// <summary>Aspire's dashboard, with the token that opens it.</summary>
    public string? Dashboard { get; init; }

    public required IReadOnlyList<ResourceStatus> Resources { get; init; }

    [JsonIgnore]
    public bool IsLive => State is not (PlatformState.Stopped or PlatformState.Failed) && AppHost.IsAlive();

    public static PlatformStatus? Read(StateFolder state)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(state.StatusFile), StatusJson.Default.PlatformStatus);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    public void Write(StateFolder state)
    {
        var temporary = state.StatusFile + ".new";
        File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(this, StatusJson.Default.PlatformStatus));
        File.Move(temporary, state.StatusFile, overwrite: true);
    }
}

internal sealed record ResourceStatus
{
    /// <summary>The service's name, followed by the replica's number where there are several.</summary>
    public required string Name { get; init; }

    /// <summary>The service that this is a replica of, or the resource itself.</summary>
    public required string Resource { get; init; }
    public required string Kind { get; init; }
    public required ResourceState State { get; init; }
    public string? Message { get; init; }
    public string? Address { get; init; }

    public ProcessIdentity? Process { get; init; }
    public int Restarts { get; init; }
    public int? ExitCode { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PlatformStatus))]
internal sealed partial class StatusJson : JsonSerializerContext;
