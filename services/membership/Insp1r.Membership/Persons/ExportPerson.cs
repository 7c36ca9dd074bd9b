using System.Text.Json;
using Insp1r.Membership.Access.Tokens;
using Insp1r.Membership.Accounts;
using Insp1r.Membership.Accounts.Keeping;
using Insp1r.Membership.Data;
using Insp1r.Membership.Documents;
using Insp1r.Membership.Records;
using Insp1r.Messaging;
using Insp1r.Messaging.Audit;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Persons;

/// <summary>All that the platform holds of a person, as one JSON file (GDPR, Art. 15 and 20). It is whole or it is refused.</summary>
internal static class ExportPerson
{
    /// <summary>
    /// <c>wordings</c> are the texts of the consents, as they were shown. <c>logins</c> are other providers that the person signs in with.
    /// <c>trail</c> is what membership's audit trail says of the person, the account and its overrides; who did it and from where is left out
    /// where it was somebody else. <c>elsewhere</c> is what each other service holds, by its
    /// name. <c>comments</c> are those that the person wrote, <c>documents</c> those that the person added, without their files; what was withdrawn is left out.
    /// </summary>
    public sealed record Response(
        PersonResponse Person, IReadOnlyList<RoleResponse> Roles, IReadOnlyList<ConsentResponse> Consents, IReadOnlyList<WordingResponse> Wordings,
        AccountResponse? Account, IReadOnlyList<LoginResponse> Logins, IReadOnlyList<SessionResponse> Sessions, IReadOnlyList<AuditEntry> Trail,
        IReadOnlyDictionary<string, JsonElement> Elsewhere, DateTimeOffset ExportedAt, IReadOnlyList<CommentResponse> Comments,
        IReadOnlyList<DocumentResponse> Documents);

    /// <summary>Who the person is at another provider.</summary>
    public sealed record LoginResponse(string Provider, string Subject);

    /// <summary>Where the person was signed in.</summary>
    public sealed record SessionResponse(string? App, string Device, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, DateTimeOffset? EndedAt);

    public static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        Guid id, MembershipDb db, ServiceDatabase database, Caller caller, PersonalDataElsewhere elsewhere, HttpResponse response, TimeProvider clock, CancellationToken ct)
    {
        if (await db.Persons.AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, ct) is not { } person)
            return CommonErrors.Missing("person", id);
        return caller.Refuses(person, Role.Steward) is { } refusal ? refusal : await CollectAsync(person, db, database, elsewhere, response, clock, ct);
    }

    /// <summary>The whole, for a steward, or for the person.</summary>
    public static async Task<Results<Ok<Response>, ProblemHttpResult>> CollectAsync(
        Person person, MembershipDb db, ServiceDatabase database, PersonalDataElsewhere elsewhere, HttpResponse response, TimeProvider clock, CancellationToken ct)
    {
        var id = person.Id;
        var found = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var service in PersonalDataElsewhere.Services)
        {
            if (await elsewhere.ReadAsync(service, person, ct) is not { } held)
            {
                response.Headers.RetryAfter = "30";
                return PersonErrors.ServiceAway.ToProblem($"{service} does not answer, and the export would lack what it holds.");
            }

            found[service] = held;
        }

        var roles = await db.PersonRoles.AsNoTracking().Where(r => r.PersonId == id).OrderBy(r => r.Id).ToListAsync(ct);
        var consents = await db.Consents.AsNoTracking().Where(c => c.PersonId == id).OrderBy(c => c.Id).ToListAsync(ct);
        var wordings = await db.ConsentWordings.AsNoTracking().OrderBy(w => w.Purpose).ThenBy(w => w.Version).ToListAsync(ct);
        var account = await db.Accounts.AsNoTracking().SingleOrDefaultAsync(a => a.PersonId == id, ct);
        var sessions = account is null ? [] : await db.Sessions.AsNoTracking().Where(s => s.AccountId == account.Id).OrderBy(s => s.CreatedAt)
            .Select(s => new SessionResponse(s.App, s.Device, s.CreatedAt, s.LastUsedAt, s.EndedAt)).ToListAsync(ct);
        var logins = account is null ? [] : await db.UserLogins.Where(l => l.UserId == account.Id).Select(l => new LoginResponse(l.LoginProvider, l.ProviderKey)).ToListAsync(ct);
        var author = account?.Id.ToString();
        var comments = author is null ? [] : await db.Comments.AsNoTracking().Where(c => c.Author == author && c.WithdrawnAt == null).OrderBy(c => c.Id).ToListAsync(ct);
        var documents = author is null ? [] : await db.Documents.AsNoTracking().Where(d => d.Author == author && d.WithdrawnAt == null).OrderBy(d => d.Id).ToListAsync(ct);
        response.Headers.ContentDisposition = $"attachment; filename=\"person-{id}.json\"";
        response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new Response(
            PersonResponse.Of(person, PublicationLevel.Private),
            [.. roles.Select(RoleResponse.Of)],
            [.. consents.Select(ConsentResponse.Of)],
            [.. wordings.GroupBy(w => (w.Purpose, w.Version)).Where(shown => consents.Exists(c => (c.Purpose, c.WordingVersion) == shown.Key)).Select(shown => WordingResponse.Of([.. shown]))],
            account is null ? null : await AccountResponse.OfAsync(account, db, clock, ct),
            logins, sessions, await TrailAsync(id, account, db, database, ct), found, clock.GetUtcNow(), comments.ConvertAll(c => CommentResponse.Of(c, withAuthor: true)),
            documents.ConvertAll(d => DocumentResponse.Of(d, withAuthor: true))));
    }

    // Who else did something, and from where, is their data and not this person's.
    private static async Task<List<AuditEntry>> TrailAsync(Guid person, Account? account, MembershipDb db, ServiceDatabase database, CancellationToken ct)
    {
        var records = new List<Guid> { person };
        if (account is not null)
            records.AddRange([account.Id, .. await db.AccountGrants.Where(g => g.AccountId == account.Id && g.OverrideReason != null).Select(g => g.Id).ToListAsync(ct)]);
        var trail = new List<AuditEntry>();
        foreach (var record in records)
            trail.AddRange(await AuditReader.ReadOfRecordAsync(database.DataSource, record, ct));
        return trail.ConvertAll(entry => account is not null && entry.Actor == account.Id.ToString() ? entry : entry with { Actor = null, App = null, Origin = null });
    }
}

/// <summary>
/// Asks the other services what they hold of a person: the one thing that a service asks another while a request waits, because only the
/// whole is an answer. It shows a token that nobody else can get.
/// </summary>
internal sealed partial class PersonalDataElsewhere(HttpClient http, ServiceTokens tokens, ILogger<PersonalDataElsewhere> logger)
{
    /// <summary>Those that can hold something of a person under the person's id.</summary>
    public static readonly string[] Services = ["communications"];

    /// <summary>Null where the service does not answer as it should.</summary>
    public async Task<JsonElement?> ReadAsync(string service, Person person, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{service}{PersonalData.AddressOf(person.Id)}");
        request.Headers.Authorization = new("Bearer", tokens.Issue("membership", [$"steward@{person.Node}"], [Scopes.Internal], TimeSpan.FromMinutes(1)));
        try
        {
            using var response = await http.SendAsync(request, ct);
            response.EnsureSuccessStatusCode();
            return await response.Content.ReadFromJsonAsync<JsonElement>(ct);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            Log.Away(logger, service, e.Message);
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(311, LogLevel.Warning, "{Service} did not say what it holds of a person: {Reason}")]
        public static partial void Away(ILogger logger, string service, string reason);
    }
}
