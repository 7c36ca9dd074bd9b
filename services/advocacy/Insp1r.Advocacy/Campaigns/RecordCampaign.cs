using Insp1r.Advocacy.Data;
using Insp1r.Advocacy.Network;
using Insp1r.Advocacy.Publishing;
using Insp1r.Contracts.Advocacy;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.Advocacy.Campaigns;

internal static class RecordCampaign
{
    public sealed record Request(
        string Node,
        Dictionary<string, string> Title,
        string SourceLanguage,
        Guid? ParentId = null,
        Dictionary<string, string>? Description = null,
        DateOnly? StartsOn = null,
        DateOnly? EndsOn = null,
        Publication Publication = Publication.Node);

    public static async Task<Results<Created<CampaignResponse>, ProblemHttpResult>> Handle(
        Request request, Caller caller, AdvocacyDb db, TimeProvider clock, HttpResponse response, CancellationToken ct)
    {
        var fields = new CampaignFields(
            request.ParentId, request.Title, request.SourceLanguage, request.Description, request.StartsOn, request.EndsOn, request.Publication);
        var errors = new FieldErrors();
        errors.Node("/node", request.Node);
        fields.Check(errors);
        if (!errors.Any && !caller.May(Role.Contributor, request.Node))
            return AccessErrors.OutsideYourNodes.ToProblem($"Recording a campaign needs a contributor grant at or above {request.Node}.");
        await errors.CheckNodeAsync("/node", request.Node, db, ct);
        await errors.CheckCampaignAsync("/parentId", request.ParentId, caller, db, ct);
        if (errors.Any)
            return errors.ToProblem(response);

        var now = clock.GetUtcNow();
        var campaign = Campaign.Record(Guid.CreateVersion7(now), request.Node, fields, now);
        db.Add(campaign);
        db.Append(new CampaignRecorded(campaign.ToState()), now, CampaignResponse.Of(campaign));
        await db.SaveChangesAsync(ct);
        return TypedResults.Created($"/api/v1/campaigns/{campaign.Id}", CampaignResponse.Of(campaign));
    }
}
