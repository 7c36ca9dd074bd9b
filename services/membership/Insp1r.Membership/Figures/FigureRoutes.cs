using Insp1r.ServiceDefaults.Access;

namespace Insp1r.Membership.Figures;

internal static class FigureRoutes
{
    public static void MapFigures(this IEndpointRouteBuilder api)
    {
        var figures = api.MapGroup("/figures").WithTags("Figures");
        figures.MapGet("/", ReadFigures.ListAsync).WithName("ListFigures").WithSummary("What sources say of the networks, up to now or a day")
            .WithDescription("The newest first; each figure stands for itself, with its words and its source.").Requires(Role.Reader, Scopes.Read);
        figures.MapGet("/{id:guid}", ReadFigures.OneAsync).WithName("ReadFigure").WithSummary("One figure, also one that was corrected or withdrawn").Requires(Role.Reader, Scopes.Read);
        figures.MapPost("/", RecordFigure.HandleAsync).WithName("RecordFigure").WithSummary("Record what a source says of a network").Requires(Role.Contributor, Scopes.Write);
        figures.MapPost("/{id:guid}/correction", CorrectFigure.HandleAsync).WithName("CorrectFigure").WithSummary("Correct a figure that was recorded wrongly")
            .WithDescription("The first stays on record, and an answer as known before has it.").Requires(Role.Contributor, Scopes.Write);
        figures.MapPost("/{id:guid}/withdrawal", WithdrawFigure.HandleAsync).WithName("WithdrawFigure").WithSummary("Take back a figure that was recorded by mistake")
            .WithDescription("It stays on record, and an answer as known before has it. What it corrected does not come back.").Requires(Role.Contributor, Scopes.Write);
    }
}
