using Insp1r.Membership.Data;
using Insp1r.Membership.Merging;
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

    /// <summary>The memberships that hold today, instead of a table.</summary>
    public const string Current = "(select * from affiliation where yields_on is null)";

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
            from (
              select * from {(asOf is null ? Current : "affiliation_at($7, $8)")} a
              where a.id > $1 and (a.node = any($3) or a.node like any($4)) and ($5::text is null or a.category = $5) and ($6::text is null or a.status = $6)
              order by a.id limit $2) a
            join {(asOf is null ? "member_organisation" : "organisation_at($7, $8)")} o on o.id = a.organisation_id
            order by a.id
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit + 1 });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = nodes });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = NodePath.Below(nodes) });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)filter.Category ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)filter.Status ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        asOf?.AddTo(command.Parameters);
        return TypedResults.Ok(Page<AffiliationResponse>.From(await ReadAsync(command, ct), limit, last => KeysetCursor.Encode("", last.Id)));
    }

    /// <summary>All of one organisation, the oldest first.</summary>
    public static async Task<Results<Ok<Page<AffiliationResponse>>, ProblemHttpResult>> OfOrganisationAsync(
        Guid id, [AsParameters] AsOfQuery query, [AsParameters] FileQuery file, MembershipDb db, Caller caller, ServiceDatabase database, TimeProvider clock, HttpResponse response,
        CancellationToken ct)
    {
        if (query.Check(clock, out var asOf) is { } bad)
            return bad;
        if (await db.Organisations.IgnoreQueryFilters().AsNoTracking().SingleOrDefaultAsync(o => o.Id == id, ct) is not { } organisation)
            return CommonErrors.Missing("organisation", id);

        // A merged record has affiliations as known before the merge alone; else the one that stands for it answers.
        var affiliations = await OfAsync(id);
        if (affiliations.Count == 0 && organisation.MergedInto is not null && await db.StandingAsync(id, ct) is { } standing)
            (organisation, affiliations) = (standing, await OfAsync(standing.Id));
        var maySeeAll = caller.May(Role.Reader, organisation.Node);
        affiliations = affiliations.FindAll(a => maySeeAll || caller.May(Role.Reader, a.Node));
        if (!maySeeAll && affiliations.Count == 0)
            return CommonErrors.Missing("organisation", id);
        response.LocateAt(organisation.Id, id, "/affiliations");
        return TypedResults.Ok(new Page<AffiliationResponse>(affiliations, null));

        async Task<List<AffiliationResponse>> OfAsync(Guid organisationId)
        {
            await using var command = database.DataSource.CreateCommand($"""
                select {AffiliationResponse.Columns}
                from {(asOf is null ? Current : "affiliation_at($2, $3)")} a join {(asOf is null ? "member_organisation" : "organisation_at($2, $3)")} o on o.id = a.organisation_id
                where a.organisation_id = $1 order by a.since, a.id
                """);
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = organisationId });
            asOf?.AddTo(command.Parameters);
            return await ReadAsync(command, ct);
        }
    }

    /// <summary>All that was decided of an organisation's membership in a network, also what was taken back.</summary>
    public static async Task<Results<Ok<Page<MoveResponse>>, ProblemHttpResult>> MovesAsync(
        Guid id, string node, [AsParameters] FileQuery file, MembershipDb db, Caller caller, HttpResponse response, CancellationToken ct)
    {
        var organisation = await db.StandingAsync(id, ct);
        var affiliations = organisation is null ? [] : await db.Affiliations.Where(a => a.OrganisationId == organisation.Id && a.Node == node).Select(a => a.Id).ToListAsync(ct);
        if (affiliations.Count == 0 || !(caller.May(Role.Reader, organisation!.Node) || caller.May(Role.Reader, node)))
            return CommonErrors.NotFound.ToProblem("There is no such affiliation that you may see.");

        response.LocateAt(organisation.Id, id, $"/affiliations/{node}/moves");
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
