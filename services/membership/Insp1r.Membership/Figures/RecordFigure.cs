using Insp1r.Contracts.Membership;
using Insp1r.Membership.Data;
using Insp1r.Membership.Nodes;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.Membership.Figures;

internal static class RecordFigure
{
    /// <summary><c>node</c> is the network that it is said of, <c>measure</c> what is counted, such as member-organisations, and <c>says</c> what the source says.</summary>
    public sealed record Request(string Node, string Measure, FigureContent Says);

    public static async Task<Results<Created<FigureResponse>, ProblemHttpResult>> HandleAsync(
        Request request, MembershipDb db, Caller caller, NodeDirectory nodes, TimeProvider clock, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var errors = new FieldErrors();
        errors.Node("/node", request.Node);
        errors.OneOf("/measure", request.Measure, FigureWords.Measures, "unknown-measure");
        request.Says.Check(errors, "/says", now);
        if (errors.Any)
            return errors.ToProblem();
        if (!caller.May(Role.Contributor, request.Node))
            return AccessErrors.OutsideYourNodes.ToProblem($"You are not a contributor to {request.Node}.");
        if (!await nodes.ExistsAsync(request.Node, ct))
        {
            errors.Add("/node", "unknown-node", $"There is no node {request.Node}.");
            return errors.ToProblem();
        }

        var figure = new NetworkFigure
        {
            Id = Guid.CreateVersion7(now),
            Node = request.Node,
            Measure = request.Measure,
            Content = request.Says,
            RecordedBy = caller.Id,
            RecordedAt = now,
        };
        db.Add(figure);
        db.Append(new FigureRecorded(figure.State), now);
        await db.SaveChangesAsync(ct);
        return TypedResults.Created($"/api/v1/figures/{figure.Id}", FigureResponse.Of(figure));
    }
}
