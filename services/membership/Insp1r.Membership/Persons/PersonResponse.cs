using Insp1r.ServiceDefaults.Http;

namespace Insp1r.Membership.Persons;

/// <summary>
/// A person as the caller may see them: a field whose level is narrower than what the caller may see is null, and <c>levels</c> says
/// which. <c>language</c> is the one to write in (en, fr or es).
/// </summary>
internal sealed record PersonResponse(
    Guid Id, int Version, string Node, string? Name, string? Email, string? Phone, string Language, bool AtRisk, PersonLevels Levels,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : IVersioned
{
    public static PersonResponse Of(Person p, PublicationLevel sight) => new(
        p.Id, p.Version, p.Node, Show(p.Name, p.NameLevel, sight), Show(p.Email, p.EmailLevel, sight), Show(p.Phone, p.PhoneLevel, sight),
        p.Language, p.AtRisk, p.Levels, p.CreatedAt, p.UpdatedAt);

    /// <summary>The value, where its level reaches as far as who looks.</summary>
    public static T? Show<T>(T? value, PublicationLevel level, PublicationLevel sight) where T : class => level <= sight ? value : null;
}
