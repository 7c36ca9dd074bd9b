using Insp1r.ServiceDefaults.Access;

namespace Insp1r.Membership.Strength;

internal static class StrengthRoutes
{
    public static void MapStrength(this IEndpointRouteBuilder api)
    {
        api.MapGroup("/strength").WithTags("Strength").MapGet("/", SumStrength.HandleAsync).WithName("SumStrength")
            .WithSummary("How many affiliates the members of a network have together, year by year")
            .WithDescription("Numbers of different years are added only with latest=true, and the answer then says which and how many. Members without a number are named.")
            .Requires(Role.Reader, Scopes.Read);

        var ofOne = api.MapGroup("/organisations/{id:guid}/strength").WithTags("Strength");
        ofOne.MapGet("/", ReadStrength.OfOrganisationAsync).WithName("ListStrength").WithSummary("How many affiliates an organisation has, year by year").Requires(Role.Reader, Scopes.Read);
        ofOne.MapGet("/{year}", ReadStrength.OneAsync).WithName("ReadStrength").WithSummary("How many affiliates an organisation had in a year").Requires(Role.Reader, Scopes.Read);
        ofOne.MapPost("/", RecordStrength.HandleAsync).WithName("RecordStrength").WithSummary("Record how many affiliates an organisation had in a year").Requires(Role.Contributor, Scopes.Write);
        ofOne.MapPatch("/{year}", CorrectStrength.HandleAsync).WithName("CorrectStrength").WithSummary("Correct a year's number")
            .WithDescription("What was said before stays on record, and an answer as known before has it.").Requires(Role.Contributor, Scopes.Write);
        ofOne.MapPost("/{year}/withdrawal", WithdrawStrength.HandleAsync).WithName("WithdrawStrength").WithSummary("Take back a year's number that was recorded by mistake")
            .WithDescription("The year has no number then, and can be recorded anew. The number stays on record, and an answer as known before has it.").Requires(Role.Contributor, Scopes.Write);
    }
}
