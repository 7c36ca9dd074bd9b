using Insp1r.Messaging.Log;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Insp1r.Membership.Persons;

/// <summary>What a consent is asked for: to whom the directory shows the fields.</summary>
internal static class ConsentPurpose
{
    public const string DirectoryNetwork = "directory-network";
    public const string DirectoryPublic = "directory-public";

    public static readonly string[] All = [DirectoryNetwork, DirectoryPublic];

    /// <summary>The widest level that it reaches. Who may be shown to everybody may be shown to the network.</summary>
    public static PublicationLevel Reach(string purpose) => purpose == DirectoryPublic ? PublicationLevel.Public : PublicationLevel.Network;
}

/// <summary>
/// Why a person's fields may leave the node. That somebody is in touch with a union is special-category data: a contract is no basis for
/// showing it outside the body (GDPR, Art. 9(2)(a) and (g), not 9(2)(d)).
/// </summary>
internal enum LawfulBasis
{
    Consent,
    LegalObligation,
}

/// <summary>
/// A recorded basis for showing fields of a person to others than their node: mostly the person's consent, with the wording and the
/// language that were shown. It is withdrawn, and kept for as long as the retention rule says: that it was given, and until when, is proof.
/// </summary>
internal sealed class Consent
{
    public required Guid Id { get; init; }
    public required Guid PersonId { get; init; }
    public required string Purpose { get; init; }
    public required LawfulBasis Basis { get; init; }

    /// <summary>The fields that it covers: of name, email, phone and roles.</summary>
    public required string[] Fields { get; init; }
    public required int? WordingVersion { get; init; }
    public required string? WordingLanguage { get; init; }
    public required DateTimeOffset GivenAt { get; init; }

    /// <summary>How it is known, such as "signed form, general assembly 2026"; for a legal obligation, which law.</summary>
    public required string Source { get; set; }

    /// <summary>The client or account that recorded it.</summary>
    public required string RecordedBy { get; init; }
    public required DateTimeOffset RecordedAt { get; init; }
    public DateTimeOffset? WithdrawnAt { get; private set; }

    public void Withdraw(DateTimeOffset at) => WithdrawnAt ??= at;

    /// <summary>The proof stays: purpose, wording and dates.</summary>
    public void Erase(DateTimeOffset at)
    {
        Source = "";
        Withdraw(at);
    }
}

/// <summary>The exact text that asks for a consent, in one language. A text never changes: a better one is a new version.</summary>
internal sealed class ConsentWording
{
    public required string Purpose { get; init; }
    public required int Version { get; init; }
    public required string Language { get; init; }
    public required string Text { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required string CreatedBy { get; init; }
}

internal static class Coverage
{
    public const string Name = "name";
    public const string Email = "email";
    public const string Phone = "phone";
    public const string Roles = "roles";

    public static readonly string[] Fields = [Name, Email, Phone, Roles];

    /// <summary>The fields that these levels show to others than the node, without a standing basis for it.</summary>
    public static IReadOnlyList<string> Missing(this PersonLevels levels, IReadOnlyCollection<Consent> consents) =>
        [.. Fields.Where(field => !Covers(consents, field, levels.Of(field)))];

    /// <summary>The levels that are left: a field without a standing basis stays inside the node.</summary>
    public static PersonLevels Covered(this PersonLevels levels, IReadOnlyCollection<Consent> consents) => new(
        Cut(Name, levels.Name, consents), Cut(Email, levels.Email, consents), Cut(Phone, levels.Phone, consents), Cut(Roles, levels.Roles, consents));

    private static PublicationLevel Of(this PersonLevels levels, string field) => field switch
    {
        Name => levels.Name,
        Email => levels.Email,
        Phone => levels.Phone,
        _ => levels.Roles,
    };

    private static PublicationLevel Cut(string field, PublicationLevel level, IReadOnlyCollection<Consent> consents) =>
        Covers(consents, field, level) ? level : PublicationLevel.Node;

    private static bool Covers(IReadOnlyCollection<Consent> consents, string field, PublicationLevel level) => level >= PublicationLevel.Node
        || consents.Any(c => c.WithdrawnAt is null && ConsentPurpose.Reach(c.Purpose) <= level && c.Fields.Contains(field, StringComparer.Ordinal));
}

internal sealed class ConsentMapping : IEntityTypeConfiguration<Consent>, IEntityTypeConfiguration<ConsentWording>
{
    public void Configure(EntityTypeBuilder<Consent> consent)
    {
        consent.ToTable("consent", table =>
        {
            table.HasCheckConstraint("consent_basis", "(basis = 'consent') = (wording_version is not null and wording_language is not null)");
            table.HasCheckConstraint("consent_fields", "fields <@ array['name', 'email', 'phone', 'roles']");
        });
        consent.Property(c => c.Id).ValueGeneratedNever();
        consent.Property(c => c.Basis).IsWord();
        consent.HasIndex(c => new { c.PersonId, c.Id });
        consent.HasOne<Person>().WithMany().HasForeignKey(c => c.PersonId).OnDelete(DeleteBehavior.Restrict);
        consent.HasOne<ConsentWording>().WithMany().HasForeignKey(c => new { c.Purpose, c.WordingVersion, c.WordingLanguage })
            .HasConstraintName("fk_consent_wording").OnDelete(DeleteBehavior.Restrict);
    }

    public void Configure(EntityTypeBuilder<ConsentWording> wording)
    {
        wording.ToTable("consent_wording", table => table.HasCheckConstraint("consent_wording_language", "language in ('en', 'fr', 'es')"));
        wording.HasKey(w => new { w.Purpose, w.Version, w.Language });
    }
}
