using Insp1r.ServiceDefaults.Access;

namespace Insp1r.Communications.Events;

internal static class PublicEventEndpoints
{
    public static void MapPublicEvents(this IEndpointRouteBuilder api)
    {
        var events = api.MapGroup("/events").WithTags("Events");
        events.MapPost("/", RecordPublicEvent.Handle).WithName("RecordEvent")
            .WithSummary("Record a public event of a node")
            .WithDescription("What its own publication says of it. Participants are a number; speakers only those whom the publication quotes, and then `source` says where it is.")
            .Requires(Role.Contributor, Scopes.Write);
        events.MapGet("/", ReadPublicEvents.List).WithName("ListEvents")
            .WithSummary("Public events, the latest first")
            .WithDescription("Every reader sees every public event.")
            .Requires(Role.Reader, Scopes.Read);
        events.MapGet("/{id:guid}", ReadPublicEvents.One).WithName("GetEvent")
            .WithSummary("One public event")
            .WithDescription("Every reader sees every public event.")
            .ProducesProblem(404)
            .Requires(Role.Reader, Scopes.Read);
    }
}
