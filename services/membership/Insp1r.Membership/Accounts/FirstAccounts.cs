using Insp1r.Membership.Access;
using Insp1r.Membership.Data;
using Insp1r.Membership.Mail;
using Insp1r.Membership.Persons;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Accounts;

/// <summary>
/// The accounts that nobody can invite: the first steward of an installation (<c>FirstSteward:Email</c>), and in Development one account
/// for each role. Each chooses the password by a link, like everybody else.
/// </summary>
internal sealed class FirstAccounts(
    MembershipDb db, Mails mails, AccountAccess access, IConfiguration configuration, IHostEnvironment environment, TimeProvider clock)
{
    private const string Everywhere = NodePath.Root;

    /// <summary>An entry of the file in Development; <paramref name="Link"/> is null once the person has chosen a password.</summary>
    public sealed record Entry(string Role, string Email, string? Link);

    public async Task EnsureAsync(CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // Replicas that start together would each make their own.
        await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(7308606)", ct);
        if (configuration["FirstSteward:Email"] is { Length: > 0 } email && !await db.Accounts.AnyAsync(ct))
        {
            if (!EmailAddress.IsValid(email))
                throw new InvalidOperationException("FirstSteward:Email must be an e-mail address alone, such as someone@example.org.");
            await mails.InviteAsync(Open(configuration["FirstSteward:Name"] ?? "First steward", email, configuration["FirstSteward:Language"] ?? "en", [Role.Steward, Role.Operator]));
        }

        await db.SaveChangesAsync(ct);

        if (environment.IsDevelopment() && configuration["DevelopmentAccounts:File"] is { Length: > 0 } file)
            await PrivateFile.WriteAsync(file, await DevelopmentAsync(ct), ct);
        await transaction.CommitAsync(ct);
        await access.TellAsync(ct);
    }

    private async Task<List<Entry>> DevelopmentAsync(CancellationToken ct)
    {
        var entries = new List<Entry>();
        foreach (var role in Enum.GetValues<Role>())
        {
            var word = Words.Of(role);
            var email = $"{word}@example.org";
            var normalized = Account.Normalize(email);
            var account = await db.Accounts.Where(a => a.NormalizedEmail == normalized).OrderByDescending(a => a.CreatedAt).FirstOrDefaultAsync(ct) ?? Open($"Development {word}", email, "en", [role]);
            await db.SaveChangesAsync(ct);
            entries.Add(new Entry(word, email, account.ActivatedAt is null && account.IsOpen ? await mails.InvitationLinkAsync(account) : null));
        }

        return entries;
    }

    private Account Open(string name, string email, string language, Role[] roles)
    {
        var now = clock.GetUtcNow();
        var person = Person.Record(Guid.CreateVersion7(now), Everywhere, new PersonContent(name, email, null, language, AtRisk: false), PersonLevels.AllPrivate, now);
        var account = Account.Open(Guid.NewGuid(), person.Id, Everywhere, email, language, "system", now);
        db.Add(person);
        db.Add(account);
        var grants = roles.Select(role => new Grant(role, Everywhere).ToString()).ToArray();
        db.AddRange(grants.Select(grant => AccountGrant.Give(account.Id, grant, now, until: null, "system")));
        db.AuditPerson(person, "recorded", null, PersonResponse.Of(person, PublicationLevel.Private), now);
        access.Note(account, "invited", after: new { account.PersonId, account.Email, grants });
        return account;
    }
}
