using Insp1r.Membership.Accounts;
using Insp1r.Membership.Data;
using Insp1r.Membership.Mail;
using Insp1r.Membership.Nodes;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Overrides;

/// <summary>
/// Break the glass: a steward looks into a node that is not theirs, for three hours and with a reason. The node's stewards learn of it
/// at once and can end it. What is closed stays closed: an override reads what a reader of the node reads, so neither private fields
/// nor people at risk (DHIS2's break the glass; features.md, G3).
/// </summary>
internal static class OpenOverride
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(3);
    private const int MinReason = 20;
    private const int MaxReason = 1_000;

    public sealed record Request(string Node, string Reason);

    public static async Task<Results<Created<OverrideResponse>, ProblemHttpResult>> HandleAsync(
        Request request, Caller caller, MembershipDb db, NodeDirectory nodes, Mails mails, AccountAccess access, TimeProvider clock, CancellationToken ct)
    {
        var errors = new FieldErrors();
        errors.Required("/reason", request.Reason, MaxReason);
        if (request.Reason.Trim().Length < MinReason)
            errors.Add("/reason", "too-short", $"Say in at least {MinReason} characters why it has to be: the node's stewards read it.");
        errors.Node("/node", request.Node);
        if (NodePath.IsValid(request.Node) && !await nodes.ExistsAsync(request.Node, ct))
            errors.Add("/node", "unknown-node", $"There is no node {request.Node}.");
        else if (await db.Nodes.AnyAsync(n => n.Parent == request.Node, ct))
            errors.Add("/node", "has-networks-below", "One network at a time, whose stewards learn of it: not one with others below it.");
        if (errors.Any)
            return errors.ToProblem();
        // A machine has no reasons, and nobody to ask.
        if (!Guid.TryParse(caller.Id, out var accountId) || await db.Accounts.SingleOrDefaultAsync(a => a.Id == accountId, ct) is not { } account)
            return OverrideErrors.ForPeople.ToProblem("An API client cannot override; a person signs in and does.");
        if (caller.May(Role.Reader, request.Node))
            return OverrideErrors.NotNeeded.ToProblem($"You may read {request.Node} as it is.");

        var now = clock.GetUtcNow();
        var owners = await OwnersAsync(request.Node, db, now, ct);
        if (owners.Count == 0)
            return OverrideErrors.NobodyToTell.ToProblem($"No person is a steward of {request.Node}, or of a node above it: nobody would learn of it.");

        var grant = AccountGrant.Give(accountId, new Grant(Role.Reader, request.Node).ToString(), now, now + Lifetime, caller.Id, overrideReason: request.Reason.Trim());
        db.Add(grant);
        foreach (var steward in owners)
            mails.TellOfOverride(steward, request.Node, grant);
        db.Audit("override", grant.Id, 1, request.Node, "membership.override-opened", null, new { account = accountId, request.Reason, grant.Until }, now, personal: true);
        // The token in hand does not know of it; the next one does.
        account.ChangeAccess(now);
        await access.SaveAsync(ct);
        return TypedResults.Created($"/api/v1/overrides/{grant.Id}", OverrideResponse.Of(grant));
    }

    /// <summary>The stewards of the node; where it has none, those of the nearest node above that has.</summary>
    private static async Task<List<Account>> OwnersAsync(string node, MembershipDb db, DateTimeOffset now, CancellationToken ct)
    {
        foreach (var above in NodePath.SelfAndAncestors(node))
        {
            var wanted = new Grant(Role.Steward, above).ToString();
            var stewards = await db.AccountGrants.Where(AccountGrant.InForce(now)).Where(g => g.Grant == wanted)
                .Join(db.Accounts.Where(a => a.ClosedAt == null && a.ActivatedAt != null), g => g.AccountId, a => a.Id, (_, a) => a)
                .ToListAsync(ct);
            if (stewards.Count > 0)
                return [.. stewards.DistinctBy(steward => steward.Id)];
        }

        return [];
    }
}
