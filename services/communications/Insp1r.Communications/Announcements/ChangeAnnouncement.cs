using Insp1r.Communications.Data;
using Insp1r.Contracts.Communications;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Communications.Announcements;

internal static class ChangeAnnouncement
{
    private const int MaxSubject = 400;
    private const int MaxBody = 50_000;

    public sealed record Request(Dictionary<string, AnnouncementText?> Languages);

    public static async Task<Results<Ok<AnnouncementResponse>, ProblemHttpResult>> Handle(
        Guid id, Request request, IfMatch ifMatch, Caller caller, CommunicationsDb db, TimeProvider clock, CancellationToken ct)
    {
        if (await db.Announcements.OfCaller(caller).SingleOrDefaultAsync(a => a.Id == id, ct) is not { } announcement)
            return CommonErrors.Missing("announcement", id);
        if (!caller.May(Role.Contributor, announcement.Node))
            return AccessErrors.OutsideYourNodes.ToProblem($"Changing it needs a contributor grant at or above {announcement.Node}.");
        if (ifMatch.Refuses(announcement.Version) is { } stale)
            return stale;
        if (announcement.Status is not AnnouncementStatus.Draft)
            return AnnouncementErrors.NotDraft.ToProblem($"It is {Words.Of(announcement.Status)}: its texts stay as they are.");

        var texts = announcement.Languages.ToDictionary(StringComparer.Ordinal);
        var errors = new FieldErrors();
        foreach (var (language, text) in request.Languages)
        {
            var pointer = $"/languages/{FieldErrors.Escape(language)}";
            if (!Languages.All.Contains(language, StringComparer.Ordinal))
                errors.Add(pointer, "unknown-language", $"Languages are {string.Join(", ", Languages.All)}.");
            else if (text is null)
                texts.Remove(language);
            else
                texts[language] = Checked(text, pointer, errors);
        }

        if (texts.Count == 0)
            errors.Add("/languages", "required", "An announcement has at least one language.");
        if (errors.Any)
            return errors.ToProblem();
        if (Same.Content(announcement.Languages, texts))
            return TypedResults.Ok(AnnouncementResponse.Of(announcement));

        announcement.Write(texts);
        db.Append(new AnnouncementChanged(announcement.ToState()), clock.GetUtcNow(), AnnouncementResponse.Of(announcement));
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(AnnouncementResponse.Of(announcement));
    }

    private static AnnouncementText Checked(AnnouncementText text, string pointer, FieldErrors errors)
    {
        errors.Required($"{pointer}/subject", text.Subject, MaxSubject);
        // A subject becomes the header of a mail one day.
        if (text.Subject is not null && text.Subject.AsSpan().ContainsAny('\r', '\n'))
            errors.Add($"{pointer}/subject", "bad-character", "A subject is one line.");
        errors.Required($"{pointer}/body", text.Body, MaxBody);
        return text;
    }
}
