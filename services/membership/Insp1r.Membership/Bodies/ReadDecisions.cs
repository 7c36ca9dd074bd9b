using System.Globalization;
using Insp1r.Membership.Data;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Bodies;

/// <summary>A body's decisions for the readers of its node, the latest first.</summary>
internal static class ReadDecisions
{
    public static async Task<Results<Ok<Page<DecisionResponse>>, ProblemHttpResult>> OfBodyAsync(
        Guid id, [AsParameters] PageQuery page, MembershipDb db, Caller caller, CancellationToken ct)
    {
        if (page.Check(out var limit) is { } bad)
            return bad;
        var before = DateOnly.MaxValue;
        if (!KeysetCursor.TryDecode(page.After, out var key, out var last) || (page.After is not null && !DateOnly.TryParseExact(key, "O", out before)))
            return KeysetCursor.Refuse();
        if (await db.Bodies.AsNoTracking().SingleOrDefaultAsync(b => b.Id == id, ct) is not { } body || !caller.May(Role.Reader, body.Node))
            return CommonErrors.Missing("body", id);

        var rows = await (
            from decision in db.Decisions.AsNoTracking()
            where decision.BodyId == id && (decision.DecidedOn < before || (decision.DecidedOn == before && decision.Id < last))
            orderby decision.DecidedOn descending, decision.Id descending
            select new { Decision = decision, By = db.Decisions.Where(c => c.CorrectsId == decision.Id).Select(c => (Guid?)c.Id).SingleOrDefault() }).Take(limit + 1).ToListAsync(ct);
        return TypedResults.Ok(Page<DecisionResponse>.From(
            [.. rows.Select(row => DecisionResponse.Of(row.Decision, body, row.By))], limit, d => KeysetCursor.Encode(d.DecidedOn.ToString("O", CultureInfo.InvariantCulture), d.Id)));
    }

    public static async Task<Results<Ok<DecisionResponse>, ProblemHttpResult>> OneAsync(Guid id, MembershipDb db, Caller caller, CancellationToken ct)
    {
        var found = await (
            from decision in db.Decisions.AsNoTracking()
            join body in db.Bodies.AsNoTracking() on decision.BodyId equals body.Id
            where decision.Id == id
            select new { Decision = decision, Body = body, By = db.Decisions.Where(c => c.CorrectsId == id).Select(c => (Guid?)c.Id).SingleOrDefault() }).SingleOrDefaultAsync(ct);
        return found is not null && caller.May(Role.Reader, found.Body.Node)
            ? TypedResults.Ok(DecisionResponse.Of(found.Decision, found.Body, found.By))
            : CommonErrors.Missing("decision", id);
    }
}
