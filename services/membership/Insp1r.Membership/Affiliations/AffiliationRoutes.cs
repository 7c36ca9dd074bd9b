using Insp1r.ServiceDefaults.Access;

namespace Insp1r.Membership.Affiliations;

internal static class AffiliationRoutes
{
    public static void AddAffiliations(this WebApplicationBuilder builder) => builder.Services.AddScoped<Standing>().AddScoped<Affiliates>();

    public static void MapAffiliations(this IEndpointRouteBuilder api)
    {
        var all = api.MapGroup("/affiliations").WithTags("Affiliations");
        all.MapGet("/", ReadAffiliations.ListAsync).WithName("ListAffiliations").WithSummary("Who is a member of your nodes' networks, now or on a day").Requires(Role.Reader, Scopes.Read);
        all.MapGet("/counts", CountMembers.HandleAsync).WithName("CountMembers").WithSummary("How many members a network and all below it has, now or on a day")
            .WithDescription("Members are admitted, active or suspended. An organisation that is reached by two ways counts once; members through a federation count apart.").Requires(Role.Reader, Scopes.Read);

        var ofOne = api.MapGroup("/organisations/{id:guid}/affiliations").WithTags("Affiliations");
        ofOne.MapGet("/", ReadAffiliations.OfOrganisationAsync).WithName("ListOrganisationAffiliations").WithSummary("An organisation's memberships, ended ones too").Requires(Role.Reader, Scopes.Read);
        ofOne.MapPost("/", StartAffiliation.HandleAsync).WithName("StartAffiliation").WithSummary("Begin a further membership, or a new period of one that had ended")
            .WithDescription("Stewards of the node admit; its contributors may note an application.").Requires(Role.Contributor, Scopes.Write);
        ofOne.MapPatch("/{node}", CorrectAffiliation.HandleAsync).WithName("CorrectAffiliation").WithSummary("Correct the first day of a membership")
            .WithDescription("What was known before stays: knownOn answers with it.").Requires(Role.Steward, Scopes.Write);
        ofOne.MapGet("/{node}/moves", ReadAffiliations.MovesAsync).WithName("ListAffiliationMoves").WithSummary("What was decided on a membership, by whom and why").Requires(Role.Reader, Scopes.Read);
        ofOne.MapPost("/{node}/moves", MoveAffiliation.HandleAsync).WithName("MoveAffiliation").WithSummary("Record a decision: admission, suspension, an end, another category")
            .Requires(Role.Steward, Scopes.Write);
        ofOne.MapPost("/{node}/moves/{moveId:guid}/revocation", RevokeMove.HandleAsync).WithName("RevokeAffiliationMove").WithSummary("Take back the last decision, which was recorded by mistake")
            .WithDescription("It stays on record, and an answer as known before has it. Where it was an end, the contacts and mandates that ended with it go on; what they might do on the platform is given again by a steward.")
            .Requires(Role.Steward, Scopes.Write);
    }
}
