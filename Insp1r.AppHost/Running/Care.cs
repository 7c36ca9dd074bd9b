namespace Insp1r.AppHost.Running;

/// <summary>How the platform looks after a resource, beyond what the orchestrator does: it is in the status, restarted when it ends, and its health is watched.</summary>
/// <param name="Service">The service that this is a replica of, or the resource itself.</param>
internal sealed record Care(string Service, string Kind) : IResourceAnnotation
{
    /// <summary>Asks for the health; null where the process's being there is all that is known.</summary>
    public Func<CancellationToken, Task<Health>>? Probe { get; init; }

    /// <summary>What others reach it by; null where nobody does.</summary>
    public Func<string?> Address { get; init; } = () => null;

    /// <summary>Work that ends: with exit code 0 it is finished, otherwise tried again a few times.</summary>
    public bool EndsByItself { get; init; }
}

/// <summary>The answer to a health check. No answer at all is an exception.</summary>
/// <param name="Problem">What is not well; null where all is.</param>
internal readonly record struct Health(string? Problem)
{
    public static readonly Health Good = new(null);
}
