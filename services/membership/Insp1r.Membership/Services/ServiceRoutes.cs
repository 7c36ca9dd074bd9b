using Insp1r.ServiceDefaults.Access;

namespace Insp1r.Membership.Services;

internal static class ServiceRoutes
{
    public static void MapServices(this IEndpointRouteBuilder api)
    {
        api.MapGroup("/services").WithTags("Services").MapGet("/", ReadServices.ListAsync).WithName("ListServices")
            .WithSummary("What members of your nodes' networks offer, now or on a day").Requires(Role.Reader, Scopes.Read);

        var ofOne = api.MapGroup("/organisations/{id:guid}/services").WithTags("Services");
        ofOne.MapGet("/", ReadServices.OfOrganisationAsync).WithName("ListOrganisationServices")
            .WithSummary("What an organisation offers and has offered").Requires(Role.Reader, Scopes.Read);
        ofOne.MapGet("/{serviceId:guid}", ReadServices.OneAsync).WithName("ReadService").WithSummary("One service").Requires(Role.Reader, Scopes.Read);
        ofOne.MapPost("/", RecordService.HandleAsync).WithName("RecordService").WithSummary("Record what an organisation offers").Requires(Role.Contributor, Scopes.Write);
        ofOne.MapPatch("/{serviceId:guid}", ChangeService.HandleAsync).WithName("ChangeService").WithSummary("Change the fields that are given").Requires(Role.Contributor, Scopes.Write);
        ofOne.MapPost("/{serviceId:guid}/withdrawal", WithdrawService.HandleAsync).WithName("WithdrawService").WithSummary("Take back a service that was recorded by mistake")
            .WithDescription("It is in no list then, and its history tells it and why. What was offered once and is no more has a last day instead.").Requires(Role.Contributor, Scopes.Write);
    }
}
