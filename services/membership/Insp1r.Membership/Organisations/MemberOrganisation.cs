using Insp1r.Contracts.Membership;
using Insp1r.Membership.Affiliations;
using Insp1r.Membership.Data;
using Insp1r.Membership.Reference;
using Insp1r.Messaging.Audit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Insp1r.Membership.Organisations;

/// <summary>
/// A movement organisation that is a member of a network. The network's node owns the record and never changes; organisations
/// that left stay, with their history.
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
    /// <summary>Of the affiliation to its own node, the latest one.</summary>
    public string Status { get; private set; } = AffiliationStatus.Active;

    /// <summary>From which day on the content is what it is now. What it was before lies in organisation_version, which the database keeps.</summary>
    public DateOnly Since { get; private set; }

    /// <summary>The same ids as in <see cref="ExternalId"/>, which is there for uniqueness and look-up: a read needs no join.</summary>
    public string[] ExternalIds { get; private set; } = [];

    /// <summary>Name, acronym and names, folded.</summary>
    public string Search { get; private set; } = "";

    /// <summary>Acronym, initials and website, as <see cref="SearchKeys"/> writes them.</summary>
    public string[] Keys { get; private set; } = [];

    /// <summary>The record that this one turned out to be a duplicate of; it answers in its place. Null for all others.</summary>
    public Guid? MergedInto { get; private set; }

    /// <summary>When the content was recorded.</summary>
    public DateTimeOffset RecordedAt { get; private set; }
    public DateTimeOffset CreatedAt { get; private init; }
    public DateTimeOffset UpdatedAt { get; private set; }

    public OrganisationState State => new(Id, Version, Node, Name, Names, Acronym, Country, Types, Website, Status, ExternalIds);

    public OrganisationContent Content => new(Name, Names, Acronym, Country, Types, Website);

    public static MemberOrganisation Register(Guid id, string node, OrganisationContent content, string[] externalIds, string status, DateOnly since, DateTimeOffset at)
    {
        var organisation = new MemberOrganisation { Id = id, Node = node, ExternalIds = externalIds, Status = status, CreatedAt = at };
        organisation.Take(content, since, at);
        return organisation;
    }

    /// <summary>False where everything is what it was, and since no earlier day.</summary>
    public bool Change(OrganisationContent content, string[] externalIds, DateOnly since, DateTimeOffset at)
    {
        if (Content.IsSameAs(content) && since >= Since && ExternalIds.SequenceEqual(externalIds, StringComparer.Ordinal))
            return false;

        ExternalIds = externalIds;
        Take(content, since, at);
        return true;
    }

    /// <summary>Follows the affiliation to its own node. False where it is another node's, or changes nothing.</summary>
    public bool Stand(Affiliation affiliation, DateTimeOffset at)
    {
        if (affiliation.Node != Node || affiliation.Status == Status)
            return false;

        (Status, UpdatedAt) = (affiliation.Status, at);
        Version++;
        return true;
    }

    /// <summary>Takes in a duplicate: what was chosen of its content, and its external ids. Its version lies above both, so that a sync of either compares anew.</summary>
    public void Absorb(MemberOrganisation duplicate, OrganisationContent content, DateOnly since, DateTimeOffset at)
    {
        var externalIds = ExternalIds.Union(duplicate.ExternalIds, StringComparer.Ordinal).ToArray();
        Version = Math.Max(Version, duplicate.Version);
        ExternalIds = externalIds;
        Take(content, since, at);

        duplicate.MergedInto = Id;
        duplicate.ExternalIds = [];
        duplicate.Touch(at);
    }

    /// <summary>Is a record of its own again, with these external ids back.</summary>
    public void Part(MemberOrganisation survivor, string[] externalIds, OrganisationContent survivorsContent, DateOnly since, DateTimeOffset at)
    {
        MergedInto = null;
        ExternalIds = externalIds;
        // Above what its id answered with meanwhile: what bases on that compares anew.
        Version = Math.Max(Version, survivor.Version);
        Touch(at);
        survivor.ExternalIds = [.. survivor.ExternalIds.Except(externalIds, StringComparer.Ordinal)];
        survivor.Take(survivorsContent, since, at);
    }

    /// <summary>What it was merged into has itself been merged, or is a record of its own again.</summary>
    public void Redirect(Guid survivor, DateTimeOffset at)
    {
        MergedInto = survivor;
        Touch(at);
    }

    private void Touch(DateTimeOffset at)
    {
        UpdatedAt = at;
        Version++;
    }

    private void Take(OrganisationContent content, DateOnly since, DateTimeOffset at)
    {
        // Where the content stays, nothing else than before is known of any day since.
        if (!Content.IsSameAs(content) || since < Since)
            (Since, RecordedAt) = (since, at);
        (Name, Names, Acronym, Country, Types, Website) = (content.Name, content.Names, content.Acronym, content.Country, content.Types, content.Website);
        Search = content.ToSearchText();
        Keys = content.ToSearchKeys();
        Touch(at);
    }
}

/// <summary>What a network says about its member: all that a change or a sync can change.</summary>
internal sealed record OrganisationContent(
    string Name, IReadOnlyDictionary<string, string> Names, string? Acronym, string Country, string[] Types, string? Website)
{
    public bool IsSameAs(OrganisationContent other) =>
        Name == other.Name && LanguageTexts.Same(Names, other.Names) && Acronym == other.Acronym && Country == other.Country
        && Types.SequenceEqual(other.Types, StringComparer.Ordinal) && Website == other.Website;

    /// <summary>The members in which the other is different, called as its events call them.</summary>
    public IEnumerable<HistoryChange> ChangesTo(OrganisationContent other, DateOnly since)
    {
        if (Name != other.Name)
            yield return HistoryChange.Of("name", Name, other.Name, since);
        if (!LanguageTexts.Same(Names, other.Names))
            yield return HistoryChange.Of("names", Names, other.Names, since);
        if (Acronym != other.Acronym)
            yield return HistoryChange.Of("acronym", Acronym, other.Acronym, since);
        if (Country != other.Country)
            yield return HistoryChange.Of("country", Country, other.Country, since);
        if (!Types.SequenceEqual(other.Types, StringComparer.Ordinal))
            yield return HistoryChange.Of("types", Types, other.Types, since);
        if (Website != other.Website)
            yield return HistoryChange.Of("website", Website, other.Website, since);
    }

    public string ToSearchText() => SearchText.Fold(Name, Acronym, Names.Values);

    public string[] ToSearchKeys() => SearchKeys.Of(Name, Names.Values, Acronym, Website);
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

internal sealed class MemberOrganisationMapping :
    IEntityTypeConfiguration<MemberOrganisation>, IEntityTypeConfiguration<ExternalId>
{
    public const string UniqueExternalId = "pk_external_id";

    public void Configure(EntityTypeBuilder<MemberOrganisation> organisation)
    {
        organisation.ToTable("member_organisation", table =>
            table.HasCheckConstraint("member_organisation_status", "status in ('applied', 'admitted', 'active', 'suspended', 'withdrawn', 'excluded', 'lapsed')"));
        // Room on each page for the next version of its rows: most changes touch no index then.
        organisation.HasStorageParameter("fillfactor", 85);
        organisation.Ignore(o => o.State);
        organisation.Ignore(o => o.Content);
        organisation.Property(o => o.Id).ValueGeneratedNever();
        organisation.Property(o => o.Version).IsConcurrencyToken();
        organisation.Property(o => o.Node).UseCollation("C");
        organisation.Property(o => o.Country).UseCollation("C");
        organisation.Property(o => o.Search).UseCollation("C");
        organisation.Property(o => o.Keys).UseCollation("C");
        organisation.Property(o => o.Names).IsLanguageTexts();
        organisation.HasOne<MemberOrganisation>().WithMany().HasForeignKey(o => o.MergedInto).OnDelete(DeleteBehavior.Restrict);
        // A merged record is read by who asks for it: SQL says so beside its endpoints, and merging leaves the filter out.
        organisation.HasQueryFilter(o => o.MergedInto == null);

        // Lists go by id: one index for each filter that finds few among many.
        organisation.HasIndex(o => new { o.Node, o.Id });
        organisation.HasIndex(o => new { o.Country, o.Id });
        organisation.HasIndex(o => new { o.Status, o.Id }).HasFilter("status <> 'active'");
        organisation.HasIndex(o => o.Search).HasMethod("gin").HasOperators("gin_trgm_ops");
        organisation.HasIndex(o => o.Keys).HasMethod("gin");
        organisation.HasIndex(o => o.MergedInto).HasFilter("merged_into is not null");
    }

    public void Configure(EntityTypeBuilder<ExternalId> id)
    {
        id.ToTable("external_id");
        id.Property(e => e.Namespace).UseCollation("C");
        id.Property(e => e.Value).UseCollation("C");
        id.HasKey(e => new { e.Namespace, e.Value }).HasName(UniqueExternalId);
        id.HasOne<MemberOrganisation>().WithMany().HasForeignKey(e => e.OrganisationId).OnDelete(DeleteBehavior.Restrict);
    }
}
