using Insp1r.Platform;

namespace Insp1r.AppHost.Running;

/// <summary>When the whole has started, or never will.</summary>
internal static class StartUp
{
    private const int HopelessAfterRestarts = 5;

    public static bool IsComplete(IReadOnlyList<ResourceStatus> resources) => resources.All(IsWell);

    public static string? FindFailure(IReadOnlyList<ResourceStatus> resources) =>
        Hopeless(resources) is { } failed ? $"{failed.Name} does not start: {failed.Message}" : null;

    public static string Unfinished(IReadOnlyList<ResourceStatus> resources, TimeSpan limit)
    {
        var late = resources.Where(r => !IsWell(r)).Select(r => $"{r.Name} ({r.State.ToString().ToLowerInvariant()}{(r.Message is { } m ? $": {m}" : "")})");
        return $"Not healthy after {limit.TotalSeconds:0} s: {string.Join(", ", late)}.";
    }

    public static string WithLogTail(string failure, IReadOnlyList<ResourceStatus> resources, StateFolder state)
    {
        var culprit = Hopeless(resources) ?? resources.FirstOrDefault(r => !IsWell(r) && r.State != ResourceState.Waiting);
        if (culprit is null || !File.Exists(state.LogOf(culprit.Name)))
            return failure;

        var tail = File.ReadLines(state.LogOf(culprit.Name)).TakeLast(15).Select(line => "    " + line);
        return $"{failure}\nThe last lines of its log ({state.LogOf(culprit.Name)}):\n{string.Join('\n', tail)}";
    }

    // Work that ends goes on after the start: the demo data is loaded into a platform that answers.
    private static bool IsWell(ResourceStatus resource) => resource.State is ResourceState.Running or ResourceState.Finished;

    private static ResourceStatus? Hopeless(IReadOnlyList<ResourceStatus> resources) =>
        resources.FirstOrDefault(r => r.State == ResourceState.Failed)
        ?? resources.FirstOrDefault(r => r.Restarts >= HopelessAfterRestarts && r.State == ResourceState.Restarting);
}
