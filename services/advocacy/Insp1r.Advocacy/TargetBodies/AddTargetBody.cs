using System.Text.RegularExpressions;
using Insp1r.Advocacy.Data;
using Insp1r.Advocacy.Network;
using Insp1r.Advocacy.Publishing;
using Insp1r.Contracts.Advocacy;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Advocacy.TargetBodies;

internal static partial class AddTargetBody
{
    /// <summary>A national body. The code is 2 to 40 capital letters, digits and hyphens; the country ISO 3166-1 alpha-2.</summary>
    public sealed record Request(string Node, string Code, Dictionary<string, string> Names, string Country, string? Source = null);

    public static async Task<Results<Created<TargetBodyResponse>, ProblemHttpResult>> Handle(
        Request request, Caller caller, AdvocacyDb db, TimeProvider clock, HttpResponse response, CancellationToken ct)
    {
        var errors = new FieldErrors();
        errors.Node("/node", request.Node);
        if (!Code().IsMatch(request.Code))
            errors.Add("/code", "bad-code", "2 to 40 capital letters, digits and hyphens, such as RW-MIFOTRA.");
        errors.Languages("/names", request.Names, 300, required: true);
        errors.Country("/country", request.Country);
        errors.Text("/source", request.Source, 500);
        if (errors.Any)
            return errors.ToProblem();
        if (!caller.May(Role.Steward, request.Node))
            return AccessErrors.OutsideYourNodes.ToProblem($"Adding a target body needs a steward grant at or above {request.Node}.");
        await errors.CheckNodeAsync("/node", request.Node, db, ct);
        if (errors.Any)
            return errors.ToProblem(response);

        var now = clock.GetUtcNow();
        var body = new TargetBody
        {
            Id = Guid.CreateVersion7(now),
            Code = request.Code,
            Names = request.Names,
            Level = TargetBodyLevel.National,
            Country = request.Country,
            Source = request.Source,
            Node = request.Node,
        };
        db.Add(body);
        db.Append(new TargetBodyAdded(body.ToState()), now);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException e) when (e.Violates(AdvocacyDb.OneBodyPerCode))
        {
            return TargetBodyErrors.CodeTaken.ToProblem($"'{request.Code}' is taken.");
        }

        return TypedResults.Created($"/api/v1/target-bodies/{body.Id}", TargetBodyResponse.Of(body));
    }

    [GeneratedRegex(@"^[A-Z0-9][A-Z0-9-]{1,39}\z")]
    private static partial Regex Code();
}
