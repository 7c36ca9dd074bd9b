using Aspire.Hosting.ApplicationModel;
using Insp1r.Platform;

namespace Insp1r.NativeHosting;

/// <summary>One process of a resource: how to start it, how to tell that it is well, how to stop it.</summary>
internal abstract class Workload(string name, IResource resource)
{
    public string Name { get; } = name;
    public IResource Resource { get; } = resource;

    public abstract string Kind { get; }

    /// <summary>Servers stop after everything that may still talk to them.</summary>
    public virtual bool IsServer => false;

    /// <summary>It does its work and exits; an exit code of 0 is success, not a crash.</summary>
    public virtual bool RunsToCompletion => false;

    public virtual int StopSignal => Signals.Terminate;
    public virtual TimeSpan StopGrace => TimeSpan.FromSeconds(15);

    /// <summary>Readies what the process needs and says how to start it; called again before each restart.</summary>
    public abstract Task<Command> PrepareAsync(Action<string> log, CancellationToken ct);

    /// <summary>Null when all is well, else what is not.</summary>
    public abstract Task<string?> ProbeAsync(CancellationToken ct);

    public virtual string? Address => null;
}
