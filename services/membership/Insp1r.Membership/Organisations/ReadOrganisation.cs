using Insp1r.Membership.Affiliations;
using Insp1r.Membership.Merging;
using Insp1r.Messaging;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Insp1r.Membership.Organisations;

/// <summary>A record of another network answers as if it were not there.</summary>
internal static class ReadOrganisation
{
    // A merged record's id answers with the record that stands for it; as known before the merge, with itself.
    private const string ById = $"select {OrganisationResponse.Columns} from member_organisation m join member_organisation o on o.id = coalesce(m.merged_into, m.id) where m.id = $1";
    private const string ByIdAsOf = $"""
        select {OrganisationResponse.Columns} from organisation_at($2, $3) o where o.id = $1
        union all
        select {OrganisationResponse.Columns} from organisation_at($2, $3) o
        where o.id = (select merged_into from member_organisation where id = $1) and not exists (select 1 from organisation_at($2, $3) o where o.id = $1)
        """;

    private const string ByExternalId = $"""
        select {OrganisationResponse.Columns} from external_id e join member_organisation o on o.id = e.organisation_id
        where e.namespace = $1 and e.value = $2
        """;

    // Ids have no days: it is the record that has this one now.
    private const string ByExternalIdAsOf = $"""
        select {OrganisationResponse.Columns} from organisation_at($3, $4) o where o.id = (select e.organisation_id from external_id e where e.namespace = $1 and e.value = $2)
        """;

    public static async Task<Results<Ok<OrganisationResponse>, ProblemHttpResult>> ByIdAsync(
        Guid id, [AsParameters] AsOfQuery query, Caller caller, ServiceDatabase database, TimeProvider clock, HttpResponse response, CancellationToken ct)
    {
        if (query.Check(clock, out var asOf) is { } bad)
            return bad;

        await using var command = database.DataSource.CreateCommand(asOf is null ? ById : ByIdAsOf);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        asOf?.AddTo(command.Parameters);
        if (await FindAsync(command, caller, ct) is not { } organisation)
            return CommonErrors.Missing("organisation", id);
        response.LocateAt(organisation.Id, id);
        return TypedResults.Ok(organisation);
    }

    public static async Task<Results<Ok<OrganisationResponse>, ProblemHttpResult>> ByExternalIdAsync(
        string ns, string value, [AsParameters] AsOfQuery query, Caller caller, ServiceDatabase database, TimeProvider clock, CancellationToken ct)
    {
        if (query.Check(clock, out var asOf) is { } bad)
            return bad;

        // A slash may be part of a value; the server leaves its escaped form as it came.
        value = value.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        if (OrganisationRules.IsExternalId($"{ns}:{value}", out _))
        {
            await using var command = database.DataSource.CreateCommand(asOf is null ? ByExternalId : ByExternalIdAsOf);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = ns });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = value });
            asOf?.AddTo(command.Parameters);
            if (await FindAsync(command, caller, ct) is { } organisation)
                return TypedResults.Ok(organisation);
        }

        return CommonErrors.NotFound.ToProblem("There is no organisation with this external id that you may see.");
    }

    private static async Task<OrganisationResponse?> FindAsync(NpgsqlCommand command, Caller caller, CancellationToken ct)
    {
        await using var reader = await command.ExecuteReaderAsync(ct);
        if (!await reader.ReadAsync(ct))
            return null;
        var organisation = OrganisationResponse.Read(reader);
        return caller.May(Role.Reader, organisation.Node) ? organisation : null;
    }
}
