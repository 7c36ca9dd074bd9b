using Insp1r.Membership.Affiliations;
using Insp1r.Membership.Data;
using Insp1r.Membership.Merging;
using Insp1r.Membership.Organisations;
using Insp1r.Membership.Reference;
using Insp1r.Messaging;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Insp1r.Membership.Services;

internal static class ReadServices
{
    public sealed class Filter
    {
        /// <summary>Only of organisations in the subtree of this node, such as insp1r.africa.</summary>
        public string? Node { get; init; }

        /// <summary>health-insurance, microcredit and the like.</summary>
        public string? Kind { get; init; }

        /// <summary>One of the nine branches of ILO C102, such as maternity.</summary>
        public string? Branch { get; init; }

        /// <summary>informal-workers, women and the like.</summary>
        public string? TargetGroup { get; init; }

        /// <summary>Where it is offered, an ISO 3166-1 code: BF, BFA or 854.</summary>
        public string? Country { get; init; }

        /// <summary>
        /// Words, each of which is in the description, the organisation's name, or what kind, branch, target group or country are called in English, French or Spanish:
        /// "maternity Burkina Faso". Case and accents do not matter.
        /// </summary>
        public string? Text { get; init; }

        /// <summary>A day, such as 2019-12-01: the answer is what was offered then, as far as is known now. Today if not given.</summary>
        public string? AsOf { get; init; }
    }

    // The conditions that a request does not have are null; the plan is made for each.
    private const string Sql = $"""
        select {ServiceResponse.Columns}
        from member_service s join member_organisation r on r.id = s.organisation_id join organisation_at($3, 'infinity') o on o.id = coalesce(r.merged_into, r.id)
        where s.id > $1 and s.withdrawn_at is null and (o.node = any($4) or o.node like any($5)) and o.status in ('admitted', 'active', 'suspended')
          and (s.starts_on is null or s.starts_on <= $3) and (s.ends_on is null or s.ends_on >= $3)
          and ($6::text is null or s.kind = $6) and ($7::text is null or $7 = any(s.branches)) and ($8::text is null or $8 = any(s.target_groups))
          and ($9::text is null or $9 = any(s.countries))
          and not exists (select 1 from unnest($10::text[]) word where not (s.search like word or o.search like word))
        order by s.id limit $2
        """;

    public static async Task<Results<Ok<Page<ServiceResponse>>, ProblemHttpResult>> ListAsync(
        [AsParameters] Filter filter, [AsParameters] PageQuery page, Caller caller, ServiceDatabase database, TimeProvider clock, CancellationToken ct)
    {
        if (page.Check(out var limit) is { } badPage)
            return badPage;
        if (!KeysetCursor.TryDecode(page.After, out _, out var after))
            return KeysetCursor.Refuse();
        if (Check(filter, out var country) is { } badQuery)
            return badQuery;
        if (new AsOfQuery { AsOf = filter.AsOf }.Check(clock, out var asOf) is { } badDay)
            return badDay;

        var nodes = caller.NodesFor(Role.Reader, filter.Node);
        var words = (filter.Text ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(SearchText.Pattern);
        await using var command = database.DataSource.CreateCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit + 1 });
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = (asOf ?? AsOf.Today(clock)).Day });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = nodes });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = NodePath.Below(nodes) });
        foreach (var value in (string?[])[filter.Kind, filter.Branch, filter.TargetGroup, country])
            command.Parameters.Add(new NpgsqlParameter { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. words] });

        var rows = new List<ServiceResponse>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            rows.Add(ServiceResponse.Read(reader));
        return TypedResults.Ok(Page<ServiceResponse>.From(rows, limit, last => KeysetCursor.Encode("", last.Id)));
    }

    /// <summary>All of one organisation, also what it does not offer any more.</summary>
    public static async Task<Results<Ok<Page<ServiceResponse>>, ProblemHttpResult>> OfOrganisationAsync(
        Guid id, [AsParameters] PageQuery page, MembershipDb db, Caller caller, HttpResponse response, CancellationToken ct)
    {
        if (page.Check(out var limit) is { } bad)
            return bad;
        if (!KeysetCursor.TryDecode(page.After, out _, out var after))
            return KeysetCursor.Refuse();
        if (await db.StandingAsync(id, ct) is not { } organisation || !caller.May(Role.Reader, organisation.Node))
            return CommonErrors.Missing("organisation", id);

        var records = await db.RecordsOfAsync(organisation.Id, ct);
        var services = await db.Services.AsNoTracking().Where(s => records.Contains(s.OrganisationId) && s.WithdrawnAt == null && s.Id > after).OrderBy(s => s.Id).Take(limit + 1).ToListAsync(ct);
        response.LocateAt(organisation.Id, id, "/services");
        return TypedResults.Ok(Page<ServiceResponse>.From([.. services.Select(service => ServiceResponse.Of(service, organisation))], limit, last => KeysetCursor.Encode("", last.Id)));
    }

    /// <summary>Also one that was withdrawn.</summary>
    public static async Task<Results<Ok<ServiceResponse>, ProblemHttpResult>> OneAsync(
        Guid id, Guid serviceId, MembershipDb db, Caller caller, HttpResponse response, CancellationToken ct)
    {
        if (await db.StandingAsync(id, ct) is not { } organisation || !caller.May(Role.Reader, organisation.Node) || await db.ServiceOfAsync(organisation, serviceId, ct) is not { } service)
            return CommonErrors.Missing("service", serviceId);

        response.LocateAt(organisation.Id, id, $"/services/{serviceId}");
        return TypedResults.Ok(ServiceResponse.Of(service, organisation));
    }

    /// <summary>The organisation's service of this id, also where it was recorded of one that was merged into it, or was withdrawn.</summary>
    public static async Task<MemberService?> ServiceOfAsync(this MembershipDb db, MemberOrganisation standing, Guid serviceId, CancellationToken ct)
    {
        var records = await db.RecordsOfAsync(standing.Id, ct);
        return await db.Services.SingleOrDefaultAsync(s => s.Id == serviceId && records.Contains(s.OrganisationId), ct);
    }

    private static ProblemHttpResult? Check(Filter filter, out string? country)
    {
        country = null;
        if (filter.Country is not null && !Countries.TryParse(filter.Country, out country))
            return QueryChecks.Refuse("country", "unknown-country", "An ISO 3166-1 code: BF, BFA or 854.");
        return QueryChecks.Node(filter.Node) ?? QueryChecks.Text(filter.Text)
            ?? OneOf("kind", filter.Kind, ServiceKinds.All) ?? OneOf("branch", filter.Branch, ProtectionBranches.All) ?? OneOf("targetGroup", filter.TargetGroup, TargetGroups.All);
    }

    private static ProblemHttpResult? OneOf(string parameter, string? word, IReadOnlyCollection<string> words) =>
        word is null || words.Contains(word, StringComparer.Ordinal) ? null : QueryChecks.Refuse(parameter, "unknown-word", $"One of {string.Join(", ", words)}.");
}
