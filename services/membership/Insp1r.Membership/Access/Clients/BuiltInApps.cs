using Insp1r.Membership.Data;
using Insp1r.ServiceDefaults.Access;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Insp1r.Membership.Access.Clients;

/// <summary>
/// The platform's own apps: the gateway's page on which the API can be tried out, which follows the platform where that gets another
/// address, and the command line.
/// </summary>
internal sealed class BuiltInApps(MembershipDb db, IOptions<AuthorityOptions> authority, TimeProvider clock)
{
    private static readonly string[] Everything = [Scopes.Read, Scopes.Write, Scopes.Sync, Scopes.Operate];

    public async Task EnsureAsync(CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // Replicas that start together would each make their own.
        await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(7308607)", ct);
        await EnsureAsync("docs", new ClientContent("INSP!R API", [], Everything, [$"{authority.Value.Issuer}/docs/oauth2-redirect.html"], [], [], DeviceFlow: false), ct);
        await EnsureAsync("cli", new ClientContent("INSP!R command line", [], Everything, [], [], [], DeviceFlow: true), ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
    }

    private async Task EnsureAsync(string clientId, ClientContent content, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (await db.Clients.SingleOrDefaultAsync(c => c.ClientId == clientId, ct) is not { } app)
        {
            app = Client.Add(ClientKind.App, clientId, content, now, "system");
            db.Add(app);
            db.AuditClient(app, "added", before: null, now);
        }
        else if (app is { Kind: ClientKind.App, RevokedAt: null } && !app.RedirectAddresses.SequenceEqual(content.RedirectUris, StringComparer.Ordinal))
        {
            var before = ClientResponse.Of(app);
            app.Change(ClientContent.Of(app) with { RedirectUris = content.RedirectUris }, now);
            db.AuditClient(app, "changed", before, now);
        }
    }
}
