using Insp1r.Contracts.Membership;
using Insp1r.Membership.Affiliations;
using Insp1r.Membership.Data;
using Insp1r.Messaging.Audit;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Nodes;

internal static class ChangeNode
{
    /// <summary>
    /// The names as they are to be, all of them, from <c>effective</c> on: today if not given. An earlier day, and another first day of the network
    /// (<c>since</c>), change what was answered before, and need <c>correction</c>.
    /// </summary>
    public sealed record Request(IReadOnlyDictionary<string, string>? Names = null, DateOnly? Since = null, DateOnly? Effective = null, bool Correction = false);

    public static async Task<Results<Ok<NodeResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, Request request, IfMatch ifMatch, MembershipDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var errors = new FieldErrors();
        errors.Languages("/names", request.Names, AddNode.MaxName, required: request.Since is null);
        errors.NotInFuture("/since", request.Since, now);
        if (request.Since is not null && !request.Correction)
            errors.Add("/since", "needs-correction", "Another first day changes what was answered before: say correction, if that is meant.");
        AffiliationRules.Effective(errors, request.Effective, request.Correction, now);
        if (errors.Any)
            return errors.ToProblem();

        var node = await db.Nodes.SingleOrDefaultAsync(n => n.Id == id, ct);
        if (node is null)
            return CommonErrors.Missing("node", id);
        if (!caller.May(Role.Steward, node.Path))
            return AccessErrors.OutsideYourNodes.ToProblem($"You are not a steward of {node.Path}.");
        if (ifMatch.Refuses(node.Version) is { } refusal)
            return refusal;

        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var said = new List<HistoryChange>();
        if (request.Since is { } since && since != node.Since)
            said.Add(HistoryChange.Of("since", (DateOnly?)node.Since, since));
        if (request is { Names.Count: > 0, Effective: { } day } && day < today)
            said.AddRange(await RenamedAsync(db, id, request.Names, day, ct));
        if (node.Change(request.Names is { Count: > 0 } names ? names : node.Names, request.Effective ?? today, request.Since ?? node.Since, now))
        {
            db.Append(new NodeChanged(node.State), now, record: said.Count > 0 ? RecordHistory.With(node.State, said) : null);
            await db.SaveChangesAsync(ct);
        }

        return TypedResults.Ok(NodeResponse.Of(node));
    }

    // Its names of that day, and those which it took later, become these.
    private static async Task<List<HistoryChange>> RenamedAsync(MembershipDb db, Guid id, IReadOnlyDictionary<string, string> names, DateOnly day, CancellationToken ct)
    {
        var later = await db.Database.SqlQuery<DateOnly>($"""
            select named_since as "Value" from node_version where node_id = {id} and named_since > {day}
            union select named_since from network_node where id = {id} and named_since > {day}
            """).ToListAsync(ct);
        var renamed = new List<HistoryChange>();
        foreach (var since in later.Order().Prepend(day))
        {
            var before = await db.Nodes.FromSql($"select * from node_at({since}, {DateTimeOffset.MaxValue})").AsNoTracking().SingleOrDefaultAsync(n => n.Id == id, ct);
            if (!LanguageTexts.Same(before?.Names, names))
                renamed.Add(HistoryChange.Of("names", before?.Names, names, since));
        }

        return renamed;
    }
}
