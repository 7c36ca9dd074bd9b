using System.Text.Json;
using System.Text.Json.Serialization;

namespace Insp1r.Platform;

internal enum PlatformState { Starting, Running, Stopping, Stopped, Failed }

internal enum ResourceState { Waiting, Starting, Running, Unhealthy, Restarting, Finished, Failed, Stopping, Stopped }

/// <summary>What the engine says about itself in <c>run/status.json</c>; the command line reads nothing else.</summary>
internal sealed record PlatformStatus
{
    public required PlatformState State { get; init; }
    public string? Message { get; init; }
    public required ProcessIdentity Engine { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public double? SecondsToHealthy { get; init; }

    /// <summary>Where users reach the platform: the first external endpoint of the application model.</summary>
    public string? Address { get; init; }

    public required IReadOnlyList<ResourceStatus> Resources { get; init; }

    [JsonIgnore]
    public bool IsLive => State is not (PlatformState.Stopped or PlatformState.Failed) && Engine.IsAlive();

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
    /// <summary>The resource's name, followed by the replica's number where there are several.</summary>
    public required string Name { get; init; }

    public required string Resource { get; init; }
    public required string Kind { get; init; }
    public required ResourceState State { get; init; }
    public string? Message { get; init; }
    public string? Address { get; init; }

    /// <summary>The one address that others use; it is the replica's own where there is one replica.</summary>
    public string? ServiceAddress { get; init; }

    public string? DisplayText { get; init; }
    public ProcessIdentity? Process { get; init; }
    public int Restarts { get; init; }
    public int? ExitCode { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PlatformStatus))]
internal sealed partial class StatusJson : JsonSerializerContext;
