using Insp1r.Membership.Data;
using Insp1r.Messaging;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Insp1r.Membership.Affiliations;

/// <summary>Who is a member of what, now or on a day.</summary>
internal static class ReadAffiliations
{
    public sealed class Filter : AsOfQuery
    {
        /// <summary>Only the subtree of this node, such as insp1r.africa.</summary>
        public string? Node { get; init; }

        /// <summary>full, associate, strategic-partner or observer.</summary>
        public string? Category { get; init; }

        /// <summary>applied, admitted, active, suspended, withdrawn, excluded or lapsed.</summary>
        public string? Status { get; init; }
    }

    private const string Current = "(select * from affiliation where yields_on is null)";

    public static async Task<Results<Ok<Page<AffiliationResponse>>, ProblemHttpResult>> ListAsync(
        [AsParameters] Filter filter, [AsParameters] PageQuery page, Caller caller, ServiceDatabase database, TimeProvider clock, CancellationToken ct)
    {
        if (page.Check(out var limit) is { } badPage)
            return badPage;
        if (!KeysetCursor.TryDecode(page.After, out _, out var after))
            return KeysetCursor.Refuse();
        if ((filter.Check(clock, out var asOf) ?? QueryChecks.Node(filter.Node)) is { } badQuery)
            return badQuery;
        if (filter.Category is not null && !AffiliationCategory.All.Contains(filter.Category, StringComparer.Ordinal))
            return QueryChecks.Refuse("category", "unknown-category", $"One of {string.Join(", ", AffiliationCategory.All)}.");
        if (filter.Status is not null && !AffiliationStatus.All.Contains(filter.Status, StringComparer.Ordinal))
            return QueryChecks.Refuse("status", "unknown-status", $"One of {string.Join(", ", AffiliationStatus.All)}.");

        var nodes = caller.NodesFor(Role.Reader, filter.Node);
        await using var command = database.DataSource.CreateCommand($"""
            select {AffiliationResponse.Columns}
            from {(asOf is null ? Current : "affiliation_at($7, $8)")} a join member_organisation o on o.id = a.organisation_id
            where a.id > $1 and (a.node = any($3) or a.node like any($4)) and ($5::text is null or a.category = $5) and ($6::text is null or a.status = $6)
            order by a.id limit $2
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit + 1 });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = nodes });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. nodes.Select(node => node + ".%")] });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)filter.Category ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)filter.Status ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        asOf?.AddTo(command.Parameters);
        return TypedResults.Ok(Page<AffiliationResponse>.From(await ReadAsync(command, ct), limit, last => KeysetCursor.Encode("", last.Id)));
    }

    /// <summary>All of one organisation, the oldest first.</summary>
    public static async Task<Results<Ok<Page<AffiliationResponse>>, ProblemHttpResult>> OfOrganisationAsync(
        Guid id, [AsParameters] AsOfQuery query, MembershipDb db, Caller caller, ServiceDatabase database, TimeProvider clock, CancellationToken ct)
    {
        if (query.Check(clock, out var asOf) is { } bad)
            return bad;
        if (await db.Organisations.Where(o => o.Id == id).Select(o => o.Node).SingleOrDefaultAsync(ct) is not { } home)
            return CommonErrors.Missing("organisation", id);

        await using var command = database.DataSource.CreateCommand($"""
            select {AffiliationResponse.Columns}
            from {(asOf is null ? Current : "affiliation_at($2, $3)")} a join member_organisation o on o.id = a.organisation_id
            where a.organisation_id = $1 order by a.since, a.id
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        asOf?.AddTo(command.Parameters);
        var affiliations = (await ReadAsync(command, ct)).FindAll(a => caller.May(Role.Reader, home) || caller.May(Role.Reader, a.Node));
        return caller.May(Role.Reader, home) || affiliations.Count > 0 ? TypedResults.Ok(new Page<AffiliationResponse>(affiliations, null)) : CommonErrors.Missing("organisation", id);
    }

    /// <summary>All that was decided of an organisation's membership in a network, also what was taken back.</summary>
    public static async Task<Results<Ok<Page<MoveResponse>>, ProblemHttpResult>> MovesAsync(Guid id, string node, MembershipDb db, Caller caller, CancellationToken ct)
    {
        var affiliations = await db.Affiliations.Where(a => a.OrganisationId == id && a.Node == node).Select(a => a.Id).ToListAsync(ct);
        var home = await db.Organisations.Where(o => o.Id == id).Select(o => o.Node).SingleOrDefaultAsync(ct);
        if (affiliations.Count == 0 || !(caller.May(Role.Reader, home!) || caller.May(Role.Reader, node)))
            return CommonErrors.NotFound.ToProblem("There is no such affiliation that you may see.");

        var moves = await db.AffiliationMoves.AsNoTracking().Where(m => affiliations.Contains(m.AffiliationId)).OrderBy(m => m.RecordedAt).ThenBy(m => m.Id).ToListAsync(ct);
        return TypedResults.Ok(new Page<MoveResponse>([.. moves.Select(MoveResponse.Of)], null));
    }

    private static async Task<List<AffiliationResponse>> ReadAsync(NpgsqlCommand command, CancellationToken ct)
    {
        var rows = new List<AffiliationResponse>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            rows.Add(AffiliationResponse.Read(reader));
        return rows;
    }
}
