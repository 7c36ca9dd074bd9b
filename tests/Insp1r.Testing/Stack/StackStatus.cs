using System.Text.Json;

namespace Insp1r.Testing.Stack;

/// <summary>What <c>./insp1r status --json</c> prints, as far as tests need it.</summary>
public sealed record StackStatus(string State, string? Message, string? Address, string? Dashboard, StackProcess AppHost, IReadOnlyList<StackResource> Resources)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public StackResource this[string name] => Resources.Single(resource => resource.Name == name);

    public bool AllRunning => State == "Running" && Resources.All(resource => resource.State is "Running" or "Finished");

    /// <summary>The replicas of a service, or its one process.</summary>
    public IReadOnlyList<StackResource> ReplicasOf(string resource) => [.. Resources.Where(r => r.Resource == resource)];

    /// <summary>The application host's own file, from which the command prints: a fault test asks too often to start a program for it each time.</summary>
    public static StackStatus Read(string stateFolder) =>
        JsonSerializer.Deserialize<StackStatus>(File.ReadAllBytes(Path.Combine(stateFolder, "run", "status.json")), Json)!;
}

public sealed record StackResource(string Name, string Resource, string Kind, string State, string? Message, string? Address, StackProcess? Process, int Restarts)
{
    public int ProcessId => Process?.ProcessId ?? throw new InvalidOperationException($"{Name} has no process: {State}. {Message}");
}

public sealed record StackProcess(int ProcessId);
