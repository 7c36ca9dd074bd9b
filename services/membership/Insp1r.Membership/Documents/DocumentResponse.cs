using Insp1r.ServiceDefaults.Http;

namespace Insp1r.Membership.Documents;

/// <summary>
/// A document on a record, which is an organisation or a network. <c>date</c> is the document's own; <c>sha256</c> the file's, in hexadecimal, and
/// <c>size</c> its bytes. <c>title</c>, <c>source</c>, <c>url</c> and all of the file are null once it is withdrawn; <c>author</c> is the id of a client or
/// account, for those who keep the record.
/// </summary>
internal sealed record DocumentResponse(
    Guid Id, int Version, Guid? OrganisationId, Guid? NodeId, DocumentStatus Status, string? Title, DocumentCategory Category, string Language, DateOnly Date,
    string? Source, bool Sensitive, string? Url, string? FileName, string? MediaType, int? Size, string? Sha256, string? Author,
    DateTimeOffset RecordedAt, DateTimeOffset? FiledAt, DateTimeOffset? WithdrawnAt) : IVersioned
{
    public static DocumentResponse Of(Document d, bool withAuthor) => new(
        d.Id, d.Version, d.OrganisationId, d.NodeId, d.Status, d.WithdrawnAt is null ? d.Title : null, d.Category, d.Language, d.DatedOn,
        d.Source, d.Sensitive, d.Url, d.FileName, d.MediaType, d.Size, d.Sha256 is null ? null : Convert.ToHexStringLower(d.Sha256), withAuthor ? d.Author : null,
        d.RecordedAt, d.FiledAt, d.WithdrawnAt);
}
