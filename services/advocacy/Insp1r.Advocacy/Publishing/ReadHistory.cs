using Insp1r.Advocacy.Data;
using Insp1r.Messaging;
using Insp1r.Messaging.Audit;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Advocacy.Publishing;

/// <summary>
/// Who changed what of a record, when and why, for the readers of its own node: what it was before it was published is nobody else's. Who did it,
/// those see who keep it.
/// </summary>
internal static class ReadHistory
{
    public const string WhoSees = "The newest first, for readers of its own node. Who did it is shown to contributors and stewards.";

    public static Task<Results<Ok<Page<HistoryEntry>>, ProblemHttpResult>> OfCampaignAsync(
        Guid id, [AsParameters] PageQuery page, AdvocacyDb db, ServiceDatabase database, Caller caller, CancellationToken ct) =>
        OfAsync("campaign", id, db.Campaigns.Where(c => c.Id == id).Select(c => c.Node), page, database, caller, ct);

    public static Task<Results<Ok<Page<HistoryEntry>>, ProblemHttpResult>> OfDemandAsync(
        Guid id, [AsParameters] PageQuery page, AdvocacyDb db, ServiceDatabase database, Caller caller, CancellationToken ct) =>
        OfAsync("demand", id, db.Demands.Where(d => d.Id == id).Select(d => d.Node), page, database, caller, ct);

    public static Task<Results<Ok<Page<HistoryEntry>>, ProblemHttpResult>> OfOutcomeAsync(
        Guid id, [AsParameters] PageQuery page, AdvocacyDb db, ServiceDatabase database, Caller caller, CancellationToken ct) =>
        OfAsync("outcome", id, db.Outcomes.Where(o => o.Id == id).Select(o => o.Node), page, database, caller, ct);

    private static async Task<Results<Ok<Page<HistoryEntry>>, ProblemHttpResult>> OfAsync(
        string subject, Guid id, IQueryable<string> owner, PageQuery page, ServiceDatabase database, Caller caller, CancellationToken ct)
    {
        if (await owner.SingleOrDefaultAsync(ct) is not { } node || !caller.May(Role.Reader, node))
            return CommonErrors.Missing(subject, id);
        return await RecordHistory.ReadAsync(database.DataSource, subject, id, page, caller.May(Role.Contributor, node), ct);
    }
}
