using Insp1r.Membership.Data;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Duplicates;

/// <summary>Says that two records are two organisations: the work list does not show them together again. Said twice, the first time counts.</summary>
internal static class DismissDuplicate
{
    private const int MaxReason = 2_000;

    public sealed record Request(Guid A, Guid B, string? Reason = null);

    public sealed record Response(Guid A, Guid B, string? Reason, string SaidBy, DateTimeOffset SaidAt)
    {
        public static Response Of(NotDuplicate pair) => new(pair.OlderId, pair.NewerId, pair.Reason, pair.SaidBy, pair.SaidAt);
    }

    public static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(Request request, MembershipDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var errors = new FieldErrors();
        if (request.A == request.B)
            errors.Add("/b", "same-record", "The id of another record.");
        if (request.Reason is not null)
            errors.Required("/reason", request.Reason, MaxReason);
        if (errors.Any)
            return errors.ToProblem();

        var nodes = await db.Organisations.Where(o => o.Id == request.A || o.Id == request.B).ToDictionaryAsync(o => o.Id, o => o.Node, ct);
        foreach (var id in (Guid[])[request.A, request.B])
        {
            if (!nodes.TryGetValue(id, out var node) || !caller.May(Role.Reader, node))
                return CommonErrors.Missing("organisation", id);
        }

        if (nodes.Values.FirstOrDefault(node => !caller.May(Role.Contributor, node)) is { } foreign)
            return AccessErrors.OutsideYourNodes.ToProblem($"You are not a contributor to {foreign}.");

        // By the order of PostgreSQL, which compares the bytes as they are written.
        var (older, newer) = string.CompareOrdinal($"{request.A}", $"{request.B}") < 0 ? (request.A, request.B) : (request.B, request.A);
        var now = clock.GetUtcNow();
        var said = new NotDuplicate { OlderId = older, NewerId = newer, Reason = request.Reason, SaidBy = caller.Id, SaidAt = now };
        if (await FindAsync() is { } before)
            return TypedResults.Ok(Response.Of(before));

        db.Add(said);
        // Of the pair and not of one record: the readers of that one would see the other, which may be of another network.
        db.Audit("duplicate", newer, 0, nodes[newer], "membership.duplicate-dismissed", null, new { said.OlderId, said.NewerId }, now, request.Reason);
        try
        {
            await db.SaveChangesAsync(ct);
            return TypedResults.Ok(Response.Of(said));
        }
        catch (DbUpdateException e) when (e.Violates(NotDuplicateMapping.OncePerPair))
        {
            return TypedResults.Ok(Response.Of((await FindAsync())!));
        }

        Task<NotDuplicate?> FindAsync() => db.NotDuplicates.AsNoTracking().SingleOrDefaultAsync(p => p.OlderId == older && p.NewerId == newer, ct);
    }
}
