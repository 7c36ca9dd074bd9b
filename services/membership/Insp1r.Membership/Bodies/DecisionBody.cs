using System.Globalization;
using Insp1r.Contracts.Membership;
using Insp1r.Membership.Data;
using Insp1r.Membership.Nodes;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Insp1r.Membership.Bodies;

/// <summary>
/// A body of a node that decides: its assembly, steering committee, board or audit committee. Who sits in it are the mandates
/// (<see cref="Persons.PersonRole"/>) at its node with its code.
/// </summary>
internal sealed class DecisionBody
{
    public const int MaxCode = 60;
    public const int MaxName = 200;

    // Those that most networks have, and that are there once somebody sits in them. Another one is added, and called as its code says until somebody names it.
    private static readonly Dictionary<string, (string En, string Fr, string Es)> KnownNames = new(StringComparer.Ordinal)
    {
        ["assembly"] = ("Assembly", "Assemblée", "Asamblea"),
        ["steering-committee"] = ("Steering committee", "Comité de pilotage", "Comité directivo"),
        ["board"] = ("Board", "Conseil d'administration", "Junta directiva"),
        ["audit"] = ("Audit committee", "Commission de contrôle", "Comisión de control"),
    };

    private DecisionBody()
    {
    }

    public Guid Id { get; private init; }
    public int Version { get; private set; } = 1;
    public string Node { get; private init; } = "";
    public string Code { get; private init; } = "";
    public IReadOnlyDictionary<string, string> Names { get; private set; } = LanguageTexts.None;
    public DateOnly From { get; private set; }

    /// <summary>Its last day; null while there is none.</summary>
    public DateOnly? To { get; private set; }
    public DateTimeOffset CreatedAt { get; private init; }
    public DateTimeOffset UpdatedAt { get; private set; }

    public BodyState State => new(Id, Version, Node, Code, Names, From, To);

    public static DecisionBody Add(Guid id, string node, string code, IReadOnlyDictionary<string, string>? names, DateOnly from, DateOnly? to, DateTimeOffset at) => new()
    {
        Id = id,
        Node = node,
        Code = code,
        Names = names is { Count: > 0 } ? LanguageTexts.Canonical(names) : NamesOf(code),
        From = from,
        To = to,
        CreatedAt = at,
        UpdatedAt = at,
    };

    /// <summary>False where everything is what it was.</summary>
    public bool Change(IReadOnlyDictionary<string, string> names, DateOnly from, DateOnly? to, DateTimeOffset at)
    {
        if (LanguageTexts.Same(Names, names) && (From, To) == (from, to))
            return false;

        (Names, From, To, UpdatedAt) = (LanguageTexts.Canonical(names), from, to, at);
        Version++;
        return true;
    }

    public static bool IsCode(string? code) =>
        code is { Length: > 0 and <= MaxCode } && code[0] != '-' && code.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    /// <summary>
    /// For somebody who sits in it from that day: adds a body that most networks have where the node has none of this code. Any other is added beforehand, so
    /// that a slip of the pen makes none. Within the transaction that is open, whose owner saves.
    /// </summary>
    public static async Task SeatAsync(FieldErrors errors, MembershipDb db, string node, string code, DateOnly from, DateTimeOffset at, CancellationToken ct)
    {
        await LockAllAsync(db, node, ct);
        var there = await db.Bodies.Where(b => b.Node == node).Select(b => b.Code).ToListAsync(ct);
        if (there.Contains(code, StringComparer.Ordinal))
            return;
        if (!KnownNames.ContainsKey(code))
        {
            errors.Add("/body", "unknown-body", $"One of {string.Join(", ", there.Union(KnownNames.Keys, StringComparer.Ordinal))}; or add {code} to the bodies of {node} first.");
            return;
        }

        var body = Add(Guid.CreateVersion7(at), node, code, null, from, null, at);
        db.Add(body);
        db.Append(new BodyAdded(body.State), at);
    }

    /// <summary>A node's bodies are added one after the other: the second finds what the first has added.</summary>
    public static Task LockAllAsync(MembershipDb db, string node, CancellationToken ct) =>
        db.Database.ExecuteSqlAsync($"select 1 from network_node where path = {node} for no key update", ct);

    private static IReadOnlyDictionary<string, string> NamesOf(string code) => LanguageTexts.Canonical(
        KnownNames.TryGetValue(code, out var known)
            ? new Dictionary<string, string>(StringComparer.Ordinal) { ["en"] = known.En, ["fr"] = known.Fr, ["es"] = known.Es }
            : new Dictionary<string, string>(StringComparer.Ordinal) { ["en"] = string.Create(CultureInfo.InvariantCulture, $"{char.ToUpperInvariant(code[0])}{code[1..].Replace('-', ' ')}") });
}

internal sealed class DecisionBodyMapping : IEntityTypeConfiguration<DecisionBody>
{
    public const string UniqueCode = "decision_body_node_code";

    public void Configure(EntityTypeBuilder<DecisionBody> body)
    {
        body.ToTable("decision_body");
        body.Ignore(b => b.State);
        body.Property(b => b.Id).ValueGeneratedNever();
        body.Property(b => b.Version).IsConcurrencyToken();
        body.Property(b => b.Node).UseCollation("C").HasMaxLength(NodePath.MaxLength);
        body.Property(b => b.Code).UseCollation("C");
        body.Property(b => b.Names).IsLanguageTexts();
        // "from" and "to" would need quotes in SQL.
        body.Property(b => b.From).HasColumnName("starts_on");
        body.Property(b => b.To).HasColumnName("ends_on");
        body.HasIndex(b => new { b.Node, b.Code }).IsUnique().HasDatabaseName(UniqueCode);
        body.HasOne<NetworkNode>().WithMany().HasForeignKey(b => b.Node).HasPrincipalKey(n => n.Path).OnDelete(DeleteBehavior.Restrict);
    }
}
