using Insp1r.Membership.Nodes;
using Insp1r.Membership.Organisations;
using Insp1r.Membership.Records;
using Insp1r.Messaging.Log;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Insp1r.Membership.Documents;

/// <summary>What a document is, in the words of those who keep the records (features.md, A17).</summary>
internal enum DocumentCategory
{
    Statutes,
    Minutes,
    Agreement,
    Report,
    Registration,
    Other,
}

internal enum DocumentStatus
{
    AwaitingFile,
    There,
    Withdrawn,
}

/// <summary>
/// A document on a record: an address in the web, or a file, which follows once and never changes. Once it is withdrawn its file, title, source, file
/// name and address are gone; that there was one stays. The bytes lie in a table of their own, document_file, that no list reads.
/// </summary>
internal sealed class Document
{
    private Document()
    {
    }

    public Guid Id { get; private init; }
    public int Version { get; private set; } = 1;

    /// <summary>The organisation that it is about; null for a network.</summary>
    public Guid? OrganisationId { get; private set; }

    /// <summary>The network that it is about; null for an organisation.</summary>
    public Guid? NodeId { get; private init; }

    /// <summary>Empty once it is withdrawn.</summary>
    public string Title { get; private set; } = "";
    public DocumentCategory Category { get; private init; }

    /// <summary>ISO 639-1.</summary>
    public string Language { get; private init; } = "";

    /// <summary>The document's own date.</summary>
    public DateOnly DatedOn { get; private init; }
    public string? Source { get; private set; }

    /// <summary>True where it stays with the readers of the record's own node.</summary>
    public bool Sensitive { get; private init; }
    public string? Url { get; private set; }
    public string? FileName { get; private set; }

    /// <summary>Of the file, as its name says.</summary>
    public string? MediaType { get; private set; }

    /// <summary>Of the file, in bytes.</summary>
    public int? Size { get; private set; }
    public byte[]? Sha256 { get; private set; }

    /// <summary>A client or an account, by id: an erased person leaves no name behind.</summary>
    public string Author { get; private init; } = "";
    public DateTimeOffset RecordedAt { get; private init; }

    /// <summary>When the file came.</summary>
    public DateTimeOffset? FiledAt { get; private set; }
    public DateTimeOffset? WithdrawnAt { get; private set; }

    public DocumentStatus Status =>
        WithdrawnAt is not null ? DocumentStatus.Withdrawn : Url is null && FiledAt is null ? DocumentStatus.AwaitingFile : DocumentStatus.There;

    /// <summary>What the trail tells of it: neither title nor names, which are kept there longer than they may be.</summary>
    public object About => new { OrganisationId, NodeId, Category, Language, Date = DatedOn, Sensitive, Status, MediaType, Size };

    /// <param name="fileType">Of the file that is to follow; null for an address.</param>
    public static Document Of(Guid id, Record record, AddDocument.Request request, FileType? fileType, string author, DateTimeOffset at) => new()
    {
        Id = id,
        OrganisationId = record.OrganisationId,
        NodeId = record.NodeId,
        Title = request.Title,
        Category = request.Category,
        Language = request.Language,
        DatedOn = request.Date,
        Source = request.Source,
        Sensitive = request.Sensitive,
        Url = request.Url,
        FileName = request.FileName,
        MediaType = fileType?.MediaType,
        Author = author,
        RecordedAt = at,
    };

    public void Take(int size, byte[] sha256, DateTimeOffset at)
    {
        (Size, Sha256, FiledAt) = (size, sha256, at);
        Version++;
    }

    public void Withdraw(DateTimeOffset at)
    {
        (Title, Source, Url, FileName, MediaType, Size, Sha256, WithdrawnAt) = ("", null, null, null, null, null, null, at);
        Version++;
    }

    /// <summary>Goes with its organisation's record, at a merge or back at its undoing.</summary>
    public void Belong(Guid organisation)
    {
        OrganisationId = organisation;
        Version++;
    }
}

internal sealed class DocumentMapping : IEntityTypeConfiguration<Document>
{
    public void Configure(EntityTypeBuilder<Document> document)
    {
        document.ToTable("record_document", table =>
        {
            table.HasCheckConstraint("record_document_of_one", "num_nonnulls(organisation_id, node_id) = 1");
            table.HasCheckConstraint("record_document_file", "num_nonnulls(size, sha256) in (0, 2) and (size is null or filed_at is not null)");
            table.HasCheckConstraint(
                "record_document_withdrawn",
                "case when withdrawn_at is null then num_nonnulls(url, file_name) = 1 else title = '' and num_nonnulls(source, url, file_name, media_type, size) = 0 end");
        });
        document.Ignore(d => d.Status);
        document.Ignore(d => d.About);
        document.Property(d => d.Id).ValueGeneratedNever();
        document.Property(d => d.Category).IsWord();
        document.HasIndex(d => new { d.OrganisationId, d.Id });
        document.HasIndex(d => new { d.NodeId, d.Id });
        document.HasIndex(d => d.Author);
        document.HasOne<MemberOrganisation>().WithMany().HasForeignKey(d => d.OrganisationId).OnDelete(DeleteBehavior.Restrict);
        document.HasOne<NetworkNode>().WithMany().HasForeignKey(d => d.NodeId).OnDelete(DeleteBehavior.Restrict);
    }
}
