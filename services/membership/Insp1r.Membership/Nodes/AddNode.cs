using Insp1r.Contracts.Membership;
using Insp1r.Membership.Affiliations;
using Insp1r.Membership.Data;
using Insp1r.Membership.Reference;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Nodes;

internal static class AddNode
{
    public const int MaxName = 200;

    /// <summary>
    /// <c>path</c> is the parent's path with one more segment; <c>level</c> the one below the parent's. <c>country</c> (alpha-2,
    /// alpha-3 or M49) belongs to national networks and to no other. <c>since</c> is its first day, today if not given.
    /// </summary>
    public sealed record Request(string Path, string Level, IReadOnlyDictionary<string, string> Names, string? Country = null, DateOnly? Since = null);

    public static async Task<Results<Created<NodeResponse>, ProblemHttpResult>> HandleAsync(
        Request request, MembershipDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var errors = new FieldErrors();
        var parentPath = NodePath.IsValid(request.Path) ? NodePath.Parent(request.Path) : null;
        if (parentPath is null)
            errors.Add("/path", "bad-path", "A path below insp1r: 1 to 40 lower-case letters, digits and hyphens to a segment, such as insp1r.africa.rw.");
        errors.OneOf("/level", request.Level, NodeLevel.All, "unknown-level");
        errors.Languages("/names", request.Names, MaxName, required: true);
        var now = clock.GetUtcNow();
        errors.NotInFuture("/since", request.Since, now);
        var country = CheckCountry(errors, request);
        if (errors.Any)
            return errors.ToProblem();
        if (!caller.May(Role.Steward, parentPath!))
            return AccessErrors.OutsideYourNodes.ToProblem($"You are not a steward of {parentPath}.");

        var parentLevel = await db.Nodes.Where(n => n.Path == parentPath).Select(n => n.Level).SingleOrDefaultAsync(ct);
        if (parentLevel is null)
            errors.Add("/path", "unknown-parent", $"There is no node {parentPath}.");
        else if (NodeLevel.Below(parentLevel) != request.Level)
            errors.Add("/level", "wrong-level", NodeLevel.Below(parentLevel) is { } below ? $"What lies below {parentPath} is {below}." : $"{parentPath} is {parentLevel}: nothing lies below it.");
        if (errors.Any)
            return errors.ToProblem();

        var node = NetworkNode.Add(Guid.CreateVersion7(now), request.Path, request.Level, request.Names, country, request.Since ?? DateOnly.FromDateTime(now.UtcDateTime), now);
        db.Add(node);
        db.Append(new NodeAdded(node.State), now);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException e) when (e.Violates(NetworkNodeMapping.UniquePath))
        {
            return NodeErrors.PathTaken.ToProblem($"{request.Path} is there already.");
        }

        return TypedResults.Created($"/api/v1/nodes/{node.Id}", NodeResponse.Of(node));
    }

    private static string? CheckCountry(FieldErrors errors, Request request)
    {
        if (request.Level != NodeLevel.National)
        {
            if (request.Country is not null)
                errors.Add("/country", "not-national", "Only a national network has a country.");
            return null;
        }

        if (request.Country is not null && Countries.TryParse(request.Country, out var alpha2))
            return alpha2;
        errors.Add("/country", request.Country is null ? "required" : "unknown-country", "An ISO 3166-1 code: RW, RWA or 646.");
        return null;
    }
}
