using Insp1r.Advocacy.Campaigns;
using Insp1r.Advocacy.Coding;
using Insp1r.Advocacy.Data;
using Insp1r.Advocacy.Network;
using Insp1r.Advocacy.Publishing;
using Insp1r.Contracts.Advocacy;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.Advocacy.Demands;

internal static class RecordDemand
{
    public sealed record Request(
        string Node,
        Dictionary<string, string> Title,
        string SourceLanguage,
        Guid? CampaignId = null,
        Dictionary<string, string>? Text = null,
        string[]? TargetBodies = null,
        string[]? SdgTargets = null,
        string[]? Instruments = null,
        SocialProtectionBranch[]? Branches = null,
        DemandStatus Status = DemandStatus.Draft,
        Publication Publication = Publication.Node);

    public static async Task<Results<Created<DemandResponse>, ProblemHttpResult>> Handle(
        Request request, Caller caller, AdvocacyDb db, TimeProvider clock, HttpResponse response, CancellationToken ct)
    {
        var errors = new FieldErrors();
        errors.Node("/node", request.Node);
        if (request.Status is DemandStatus.Closed)
            errors.Add("/status", "bad-status", "A new demand is a draft or active.");
        if (!errors.Any && !caller.May(Role.Contributor, request.Node))
            return AccessErrors.OutsideYourNodes.ToProblem($"Recording a demand needs a contributor grant at or above {request.Node}.");
        await errors.CheckNodeAsync("/node", request.Node, db, ct);

        var fields = new DemandFields(
            request.CampaignId, request.Title, request.SourceLanguage, request.Text, request.TargetBodies ?? [], request.SdgTargets ?? [], request.Instruments ?? [],
            request.Branches ?? [], request.Publication);
        fields.Check(errors, request.Status);
        fields = fields with { TargetBodies = await TargetBodyCodes.ResolveAsync(db, fields.TargetBodies, errors, ct) };
        await errors.CheckCampaignAsync("/campaignId", request.CampaignId, caller, db, ct);
        if (errors.Any)
            return errors.ToProblem(response);

        var now = clock.GetUtcNow();
        var demand = Demand.Record(Guid.CreateVersion7(now), request.Node, fields, request.Status, now);
        db.Add(demand);
        db.Append(new DemandRecorded(demand.ToState()), now, DemandResponse.Of(demand));
        await db.SaveChangesAsync(ct);
        return TypedResults.Created($"/api/v1/demands/{demand.Id}", DemandResponse.Of(demand));
    }
}
