namespace Insp1r.Membership.Persons;

/// <summary>
/// A basis on which fields of a person are shown to others than their node. <c>wordingVersion</c> and <c>wordingLanguage</c> name the text
/// that was shown (GET /api/v1/consent-wordings); other bases than consent have none.
/// </summary>
internal sealed record ConsentResponse(
    Guid Id, Guid PersonId, string Purpose, LawfulBasis Basis, IReadOnlyList<string> Fields, int? WordingVersion, string? WordingLanguage,
    DateTimeOffset GivenAt, string Source, string RecordedBy, DateTimeOffset RecordedAt, DateTimeOffset? WithdrawnAt)
{
    public static ConsentResponse Of(Consent c) => new(
        c.Id, c.PersonId, c.Purpose, c.Basis, c.Fields, c.WordingVersion, c.WordingLanguage, c.GivenAt, c.Source, c.RecordedBy, c.RecordedAt, c.WithdrawnAt);
}
