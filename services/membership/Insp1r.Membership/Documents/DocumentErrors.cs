using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Membership.Documents;

internal static class DocumentErrors
{
    public static readonly Error BadDigest = new(400, "bad-digest", "The Content-Digest cannot be checked");
    public static readonly Error DigestMismatch = new(422, "digest-mismatch", "The bytes are not those of the Content-Digest");
    public static readonly Error NotOfItsType = new(422, "file-not-of-its-type", "The file is not what its name says");
    public static readonly Error Filed = new(409, "document-filed", "The document has what it is about already");
    public static readonly Error Withdrawn = new(409, "document-withdrawn", "The document was withdrawn");
}
