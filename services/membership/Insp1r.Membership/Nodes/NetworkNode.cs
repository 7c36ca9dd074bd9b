using Insp1r.Contracts.Membership;
using Insp1r.Membership.Data;
using Insp1r.ServiceDefaults.Access;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Insp1r.Membership.Nodes;

/// <summary>
/// One network of the tree: national networks form continental ones, these the intercontinental one. Its path never changes and it
/// is never deleted, since grants and records are written by path.
/// </summary>
internal sealed class NetworkNode
{
    private NetworkNode()
    {
    }

    public Guid Id { get; private init; }
    public int Version { get; private set; }
    public string Path { get; private init; } = "";
    public string Level { get; private init; } = "";
    public string? Parent { get; private init; }
    public IReadOnlyDictionary<string, string> Names { get; private set; } = LanguageTexts.None;

    /// <summary>ISO 3166-1 alpha-2; of national nodes only.</summary>
    public string? Country { get; private init; }

    /// <summary>Its first day.</summary>
    public DateOnly Since { get; private set; }

    /// <summary>From which day on it has these names. Those before lie in node_version, which the database keeps.</summary>
    public DateOnly NamedSince { get; private set; }
    public DateTimeOffset CreatedAt { get; private init; }
    public DateTimeOffset UpdatedAt { get; private set; }

    public NodeState State => new(Id, Version, Path, Level, Names, Country);

    public static NetworkNode Add(Guid id, string path, string level, IReadOnlyDictionary<string, string> names, string? country, DateOnly since, DateTimeOffset at) => new()
    {
        Id = id,
        Version = 1,
        Path = path,
        Level = level,
        Parent = NodePath.Parent(path),
        Names = LanguageTexts.Canonical(names),
        Country = country,
        Since = since,
        NamedSince = since,
        CreatedAt = at,
        UpdatedAt = at,
    };

    /// <summary>False where first day and names are what they were, and the names since no earlier day.</summary>
    public bool Change(IReadOnlyDictionary<string, string> names, DateOnly namedSince, DateOnly since, DateTimeOffset at)
    {
        var isRenamed = !LanguageTexts.Same(Names, names) || namedSince < NamedSince;
        if (!isRenamed && since == Since)
            return false;

        if (isRenamed)
            (Names, NamedSince) = (LanguageTexts.Canonical(names), namedSince);
        (Since, UpdatedAt) = (since, at);
        Version++;
        return true;
    }
}

/// <summary>The three levels, from the top.</summary>
internal static class NodeLevel
{
    public const string Intercontinental = "intercontinental";
    public const string Continental = "continental";
    public const string National = "national";

    public static readonly string[] All = [Intercontinental, Continental, National];

    /// <summary>The one level that a node's children may have, or null where it may have none.</summary>
    public static string? Below(string level) => level switch
    {
        Intercontinental => Continental,
        Continental => National,
        _ => null,
    };
}

internal sealed class NetworkNodeMapping : IEntityTypeConfiguration<NetworkNode>
{
    public const string UniquePath = "network_node_path";

    public void Configure(EntityTypeBuilder<NetworkNode> node)
    {
        node.ToTable("network_node");
        node.Ignore(n => n.State);
        node.Property(n => n.Id).ValueGeneratedNever();
        node.Property(n => n.Version).IsConcurrencyToken();
        // In "C" order, siblings and subtrees lie together, and a prefix is a range of the index.
        node.Property(n => n.Path).UseCollation("C").HasMaxLength(NodePath.MaxLength);
        node.Property(n => n.Parent).UseCollation("C");
        node.Property(n => n.Names).IsLanguageTexts();
        node.HasAlternateKey(n => n.Path).HasName(UniquePath);
        node.HasOne<NetworkNode>().WithMany().HasForeignKey(n => n.Parent).HasPrincipalKey(n => n.Path).OnDelete(DeleteBehavior.Restrict);
    }
}
