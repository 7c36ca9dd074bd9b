using Insp1r.Contracts.Membership;
using Insp1r.Membership.Data;
using Insp1r.Membership.Reference;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Insp1r.Membership.Organisations;

/// <summary>
/// A movement organisation that is a member of a network. The network's node owns the record and never changes; suspended and
/// withdrawn organisations stay, with their history.
/// </summary>
internal sealed class MemberOrganisation
{
    private MemberOrganisation()
    {
    }

    public Guid Id { get; private init; }
    public int Version { get; private set; }
    public string Node { get; private init; } = "";
    public string Name { get; private set; } = "";
    public IReadOnlyDictionary<string, string> Names { get; private set; } = LanguageTexts.None;
    public string? Acronym { get; private set; }
    public string Country { get; private set; } = "";
    public string[] Types { get; private set; } = [];
    public string? Website { get; private set; }
    public string Status { get; private set; } = OrganisationStatus.Active;

    /// <summary>The same ids as in <see cref="ExternalId"/>, which is there for uniqueness and look-up: a read needs no join.</summary>
    public string[] ExternalIds { get; private set; } = [];

    /// <summary>Name, acronym and names, folded.</summary>
    public string Search { get; private set; } = "";
    public DateTimeOffset CreatedAt { get; private init; }
    public DateTimeOffset UpdatedAt { get; private set; }

    public OrganisationState State => new(Id, Version, Node, Name, Names, Acronym, Country, Types, Website, Status, ExternalIds);

    public OrganisationContent Content => new(Name, Names, Acronym, Country, Types, Website);

    public static MemberOrganisation Register(Guid id, string node, OrganisationContent content, string[] externalIds, DateTimeOffset at)
    {
        var organisation = new MemberOrganisation { Id = id, Node = node, ExternalIds = externalIds, CreatedAt = at };
        organisation.Take(content, at);
        return organisation;
    }

    /// <summary>False where everything is what it was.</summary>
    public bool Change(OrganisationContent content, string[] externalIds, DateTimeOffset at)
    {
        if (Content.IsSameAs(content) && ExternalIds.SequenceEqual(externalIds, StringComparer.Ordinal))
            return false;

        ExternalIds = externalIds;
        Take(content, at);
        return true;
    }

    public void Suspend(DateTimeOffset at) => Move(OrganisationStatus.Suspended, at);

    public void Reinstate(DateTimeOffset at) => Move(OrganisationStatus.Active, at);

    public void Withdraw(DateTimeOffset at) => Move(OrganisationStatus.Withdrawn, at);

    /// <summary>Who was withdrawn applies anew, and becomes a new record.</summary>
    public bool CanMoveTo(string status) => (Status, status) is
        (OrganisationStatus.Active, OrganisationStatus.Suspended) or (OrganisationStatus.Suspended, OrganisationStatus.Active)
        or (OrganisationStatus.Active or OrganisationStatus.Suspended, OrganisationStatus.Withdrawn);

    private void Move(string status, DateTimeOffset at)
    {
        if (!CanMoveTo(status))
            throw new InvalidOperationException($"An organisation that is {Status} cannot become {status}.");
        (Status, UpdatedAt) = (status, at);
        Version++;
    }

    private void Take(OrganisationContent content, DateTimeOffset at)
    {
        (Name, Names, Acronym, Country, Types, Website) = (content.Name, content.Names, content.Acronym, content.Country, content.Types, content.Website);
        Search = content.ToSearchText();
        UpdatedAt = at;
        Version++;
    }
}

/// <summary>What a network says about its member: all that a change or a sync can change.</summary>
internal sealed record OrganisationContent(
    string Name, IReadOnlyDictionary<string, string> Names, string? Acronym, string Country, string[] Types, string? Website)
{
    public bool IsSameAs(OrganisationContent other) =>
        Name == other.Name && LanguageTexts.Same(Names, other.Names) && Acronym == other.Acronym && Country == other.Country
        && Types.SequenceEqual(other.Types, StringComparer.Ordinal) && Website == other.Website;

    public string ToSearchText() => SearchText.Fold(Name, Acronym, Names.Values);
}

internal static class OrganisationStatus
{
    public const string Active = "active";
    public const string Suspended = "suspended";
    public const string Withdrawn = "withdrawn";

    public static readonly string[] All = [Active, Suspended, Withdrawn];
}

/// <summary>An organisation's id in another system: unique over the whole platform.</summary>
internal sealed class ExternalId
{
    public required string Namespace { get; init; }
    public required string Value { get; init; }
    public required Guid OrganisationId { get; init; }

    public static ExternalId Of(string text, Guid organisationId)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return new ExternalId { Namespace = text[..colon], Value = text[(colon + 1)..], OrganisationId = organisationId };
    }
}

/// <summary>A move in an organisation's life, and who decided it. Append only.</summary>
internal sealed class OrganisationDecision
{
    public required Guid Id { get; init; }
    public required Guid OrganisationId { get; init; }
    public required string Decision { get; init; }
    public required string FromStatus { get; init; }
    public required string ToStatus { get; init; }
    public required string Reason { get; init; }

    /// <summary>The body that decided, such as a general assembly.</summary>
    public required string DecidedBy { get; init; }
    public required DateOnly DecidedOn { get; init; }

    /// <summary>The API client that recorded it.</summary>
    public required string ClientId { get; init; }
    public required DateTimeOffset RecordedAt { get; init; }
}

internal sealed class MemberOrganisationMapping :
    IEntityTypeConfiguration<MemberOrganisation>, IEntityTypeConfiguration<ExternalId>, IEntityTypeConfiguration<OrganisationDecision>
{
    public const string UniqueExternalId = "pk_external_id";

    public void Configure(EntityTypeBuilder<MemberOrganisation> organisation)
    {
        organisation.ToTable("member_organisation", table =>
            table.HasCheckConstraint("member_organisation_status", "status in ('active', 'suspended', 'withdrawn')"));
        // Room on each page for the next version of its rows: most changes touch no index then.
        organisation.HasStorageParameter("fillfactor", 85);
        organisation.Ignore(o => o.State);
        organisation.Ignore(o => o.Content);
        organisation.Property(o => o.Id).ValueGeneratedNever();
        organisation.Property(o => o.Version).IsConcurrencyToken();
        organisation.Property(o => o.Node).UseCollation("C");
        organisation.Property(o => o.Country).UseCollation("C");
        organisation.Property(o => o.Search).UseCollation("C");
        organisation.Property(o => o.Names).IsLanguageTexts();

        // Lists go by id: one index for each filter that finds few among many.
        organisation.HasIndex(o => new { o.Node, o.Id });
        organisation.HasIndex(o => new { o.Country, o.Id });
        organisation.HasIndex(o => new { o.Status, o.Id }).HasFilter("status <> 'active'");
        organisation.HasIndex(o => o.Search).HasMethod("gin").HasOperators("gin_trgm_ops");
    }

    public void Configure(EntityTypeBuilder<ExternalId> id)
    {
        id.ToTable("external_id");
        id.Property(e => e.Namespace).UseCollation("C");
        id.Property(e => e.Value).UseCollation("C");
        id.HasKey(e => new { e.Namespace, e.Value }).HasName(UniqueExternalId);
        id.HasOne<MemberOrganisation>().WithMany().HasForeignKey(e => e.OrganisationId).OnDelete(DeleteBehavior.Restrict);
    }

    public void Configure(EntityTypeBuilder<OrganisationDecision> decision)
    {
        decision.ToTable("organisation_decision");
        decision.Property(d => d.Id).ValueGeneratedNever();
        decision.HasIndex(d => new { d.OrganisationId, d.Id });
        decision.HasOne<MemberOrganisation>().WithMany().HasForeignKey(d => d.OrganisationId).OnDelete(DeleteBehavior.Restrict);
    }
}
