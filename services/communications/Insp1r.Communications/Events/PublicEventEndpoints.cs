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
            .WithDescription("Every reader sees every public event. Speakers who are not to be named at present are left out, but for those who may change the event.")
            .Requires(Role.Reader, Scopes.Read);
        events.MapGet("/{id:guid}", ReadPublicEvents.One).WithName("GetEvent")
            .WithSummary("One public event")
            .WithDescription("Every reader sees every public event. Speakers who are not to be named at present are left out, but for those who may change the event.")
            .ProducesProblem(404)
            .Requires(Role.Reader, Scopes.Read);
        events.MapPatch("/{id:guid}", ChangePublicEvent.Handle).WithName("ChangeEvent")
            .WithSummary("Change a public event, or correct its speakers")
            .WithDescription("Fields that are not given stay as they are. Those that are given are replaced as a whole: `speakers` are all who are quoted from then on.")
            .ProducesProblem(404)
            .Requires(Role.Contributor, Scopes.Write);
    }
}
