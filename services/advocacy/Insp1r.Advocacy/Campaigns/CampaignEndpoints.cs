using Insp1r.Advocacy.Publishing;
using Insp1r.ServiceDefaults.Access;

namespace Insp1r.Advocacy.Campaigns;

internal static class CampaignEndpoints
{
    public static void MapCampaigns(this IEndpointRouteBuilder api)
    {
        var campaigns = api.MapGroup("/campaigns").WithTags("Campaigns");
        campaigns.MapPost("/", RecordCampaign.Handle).WithName("RecordCampaign")
            .WithSummary("Record a campaign of a node")
            .WithDescription("A campaign may stand under another one that you can read, of any level of the network.")
            .Requires(Role.Contributor, Scopes.Write);
        campaigns.MapGet("/", ReadCampaigns.List).WithName("ListCampaigns")
            .WithSummary("Campaigns, the newest first")
            .WithDescription("Those of your nodes, and those that other networks published to you.")
            .Requires(Role.Reader, Scopes.Read);
        campaigns.MapGet("/{id:guid}", ReadCampaigns.One).WithName("GetCampaign")
            .WithSummary("One campaign")
            .WithDescription("404 too where it is another network's and not published to you.")
            .ProducesProblem(404)
            .Requires(Role.Reader, Scopes.Read);
        campaigns.MapGet("/{id:guid}/history", ReadHistory.OfCampaignAsync).WithName("ReadCampaignHistory")
            .WithSummary("Who changed what of a campaign, when and why").WithDescription(ReadHistory.WhoSees).Requires(Role.Reader, Scopes.Read);
        campaigns.MapPatch("/{id:guid}", ChangeCampaign.Handle).WithName("ChangeCampaign")
            .WithSummary("Change a campaign")
            .WithDescription("Members that are not given stay as they are; null takes an optional one away (RFC 7396).")
            .ProducesProblem(404)
            .Requires(Role.Contributor, Scopes.Write);
    }
}
