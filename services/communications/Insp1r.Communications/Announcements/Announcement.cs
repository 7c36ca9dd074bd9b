using Insp1r.Contracts.Communications;
using Insp1r.ServiceDefaults.Http;

namespace Insp1r.Communications.Announcements;

internal enum AnnouncementStatus
{
    Draft,
    Released,
    Withdrawn,
}

/// <summary>An announcement in one language.</summary>
internal sealed record AnnouncementText(string Subject, string Body);

/// <summary>
/// What one node says of an outcome, in each of the network's languages. It begins as a draft that nobody outside the node sees;
/// there is at most one for an outcome and a node.
/// </summary>
internal sealed class Announcement : IVersioned
{
    public required Guid Id { get; init; }
    public int Version { get; private set; } = 1;
    public required string Node { get; init; }
    public required Guid OutcomeId { get; init; }
    public IReadOnlyDictionary<string, AnnouncementText> Languages { get; private set; } = null!;
    public AnnouncementStatus Status { get; private set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? ReleasedAt { get; private set; }

    public static Announcement Draft(Guid id, string node, Guid outcomeId, IReadOnlyDictionary<string, AnnouncementText> languages, DateTimeOffset at) =>
        new() { Id = id, Node = node, OutcomeId = outcomeId, Languages = languages, CreatedAt = at };

    public void Write(IReadOnlyDictionary<string, AnnouncementText> languages)
    {
        Version++;
        Languages = languages;
    }

    public void Release(DateTimeOffset at)
    {
        Version++;
        Status = AnnouncementStatus.Released;
        ReleasedAt = at;
    }

    public void Withdraw()
    {
        Version++;
        Status = AnnouncementStatus.Withdrawn;
    }

    public AnnouncementState ToState() => new(Id, Version, Node, OutcomeId, [.. Languages.Keys.Order(StringComparer.Ordinal)], Words.Of(Status));
}
