using Insp1r.Advocacy.Publishing;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Advocacy.Outcomes;

internal static class OutcomeEndpoints
{
    public static void AddSubstantiation(this IServiceCollection services) =>
        services.AddOptions<SubstantiationOptions>().BindConfiguration(SubstantiationOptions.Section)
            .Validate(options => options.AgreementsNeeded is >= 1 and <= 10, "Substantiation:AgreementsNeeded is a number from 1 to 10.")
            .ValidateOnStart();

    public static void MapOutcomes(this IEndpointRouteBuilder api)
    {
        var outcomes = api.MapGroup("/outcomes").WithTags("Outcomes");
        outcomes.MapPost("/", RecordOutcome.Handle).WithName("RecordOutcome")
            .WithSummary("Record an outcome as a draft")
            .WithDescription("A draft may be incomplete: a title is enough. Contributing organisations must be active members of your own nodes.")
            .Requires(Role.Contributor, Scopes.Write);
        outcomes.MapGet("/", ReadOutcomes.List).WithName("ListOutcomes")
            .WithSummary("Outcomes, the newest first")
            .WithDescription("Those of your nodes, and those that other networks published to you once they were submitted.")
            .Requires(Role.Reader, Scopes.Read);
        outcomes.MapGet("/{id:guid}", ReadOutcomes.One).WithName("GetOutcome")
            .WithSummary("One outcome")
            .WithDescription("404 too where it is another network's and not published to you.")
            .ProducesProblem(404)
            .Requires(Role.Reader, Scopes.Read);
        outcomes.MapGet("/{id:guid}/history", ReadHistory.OfOutcomeAsync).WithName("ReadOutcomeHistory")
            .WithSummary("Who changed what of an outcome, when and why").WithDescription(ReadHistory.WhoSees).Requires(Role.Reader, Scopes.Read);
        outcomes.MapPatch("/{id:guid}", ChangeOutcome.Handle).WithName("ChangeOutcome")
            .WithSummary("Change a draft outcome")
            .WithDescription("Members that are not given stay as they are; null takes one away (RFC 7396). Once submitted, an outcome stays as it is.")
            .ProducesProblem(404)
            .ProducesProblem(409)
            .Requires(Role.Contributor, Scopes.Write);
        outcomes.MapPost("/{id:guid}/submission", SubmitOutcome.Handle).WithName("SubmitOutcome")
            .WithSummary("Submit a draft outcome, so that other networks can judge it")
            .WithDescription("Complete it first: statement, significance, social actor, day, country (of a national network), type, polarity, whether intended, and a contribution.")
            .ProducesProblem(404)
            .Requires(Role.Contributor, Scopes.Write);
        outcomes.MapPost("/{id:guid}/substantiations", SubstantiateOutcome.Handle).WithName("SubstantiateOutcome")
            .WithSummary("Say as another network whether a submitted outcome is so")
            .WithDescription("`node` is the network that says it: not the owner, not above or below it, and none of a contributing organisation. One that agrees makes the outcome substantiated.")
            .ProducesProblem(404)
            .Requires(Role.Contributor, Scopes.Write);
        outcomes.MapGet("/{id:guid}/substantiations", ReadOutcomes.Substantiations).WithName("ListSubstantiations")
            .WithSummary("What other networks said of an outcome, the oldest first")
            .WithDescription("Whoever may read the outcome may read these.")
            .ProducesProblem(404)
            .Requires(Role.Reader, Scopes.Read);
    }
}

internal static class OutcomeErrors
{
    public static readonly Error NotDraft = new(409, "outcome-not-draft", "The outcome was submitted");
    public static readonly Error NotSubmitted = new(409, "outcome-not-submitted", "The outcome is a draft");
    public static readonly Error NotIndependent = new(409, "not-independent", "Only an independent network can say it");
    public static readonly Error SaidAlready = new(409, "already-substantiated", "This network has said it already");
}
