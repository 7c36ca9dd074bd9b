using Insp1r.Platform;

namespace Insp1r.AppHost.Running;

/// <summary>The state of every resource and replica, and a way to wait for a change of it.</summary>
internal sealed class StatusBoard
{
    private readonly Lock _lock = new();
    private readonly List<ResourceStatus> _resources = [];
    private TaskCompletionSource _changed = NewSignal();

    public IReadOnlyList<ResourceStatus> Resources
    {
        get
        {
            lock (_lock)
                return [.. _resources];
        }
    }

    /// <summary>Completed by the next change after it was read.</summary>
    public Task Changed
    {
        get
        {
            lock (_lock)
                return _changed.Task;
        }
    }

    /// <summary>The process that a resource runs as; null while it has none.</summary>
    public ProcessIdentity? ProcessOf(string name)
    {
        lock (_lock)
            return _resources.Find(r => r.Name == name)?.Process;
    }

    public void Add(ResourceStatus status)
    {
        lock (_lock)
            _resources.Add(status);
    }

    public void Update(string name, Func<ResourceStatus, ResourceStatus> change)
    {
        TaskCompletionSource signal;
        lock (_lock)
        {
            var index = _resources.FindIndex(r => r.Name == name);
            var changed = change(_resources[index]);
            if (changed == _resources[index])
                return;

            _resources[index] = changed;
            (signal, _changed) = (_changed, NewSignal());
        }

        signal.SetResult();
    }

    public async Task UntilAsync(Func<IReadOnlyList<ResourceStatus>, bool> condition, CancellationToken ct)
    {
        while (true)
        {
            // Read before the condition is judged: a change in between must not be slept over.
            var changed = Changed;
            if (condition(Resources))
                return;
            await changed.WaitAsync(ct);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
