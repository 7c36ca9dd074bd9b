using Insp1r.Contracts.Advocacy;
using Insp1r.ServiceDefaults.Http;

namespace Insp1r.Advocacy.TargetBodies;

/// <summary>How far a body's decisions reach.</summary>
internal enum TargetBodyLevel
{
    Global,
    Continental,
    Regional,
    National,
}

/// <summary>
/// A body that the network makes demands to. The international ones are reference data and belong to no node; national ones,
/// such as a ministry, are added by the network that works with them. The code is its name in demands and never changes.
/// </summary>
internal sealed class TargetBody : IVersioned
{
    public required Guid Id { get; init; }
    public int Version { get; private set; } = 1;
    public required string Code { get; init; }
    public required IReadOnlyDictionary<string, string> Names { get; init; }
    public required TargetBodyLevel Level { get; init; }

    /// <summary>UN M49 code of the area that it decides for, such as 002 for Africa; null for a national body.</summary>
    public string? Area { get; init; }

    /// <summary>ISO 3166-1 alpha-2 of a national body.</summary>
    public string? Country { get; init; }

    /// <summary>Where its code or description comes from.</summary>
    public string? Source { get; init; }

    /// <summary>The node that added it; null for reference data.</summary>
    public string? Node { get; init; }

    public TargetBodyState ToState() => new(Id, Version, Node!, Code, Names, Words.Of(Level), Country);
}
