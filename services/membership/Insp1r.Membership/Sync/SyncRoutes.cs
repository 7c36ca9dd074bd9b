using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Idempotency;

namespace Insp1r.Membership.Sync;

internal static class SyncRoutes
{
    public static void MapSync(this IEndpointRouteBuilder api)
    {
        var sync = api.MapGroup("/sync").WithTags("Sync");
        sync.MapPost("/batches", PushBatch.HandleAsync).WithName("PushBatch")
            .WithSummary("Push your members, under your own ids")
            .WithDescription("JSON with up to 500 items, or NDJSON streamed both ways: one item a line, one result a line, a summary last. With an Idempotency-Key, a body sent again after a cut goes on where it stopped.")
            .Accepts<SyncRequest>("application/json", PushBatch.Ndjson)
            .Produces<SyncResponse>()
            .WithMetadata(new OwnIdempotency())
            .Requires(Role.Contributor, Scopes.Sync);
        sync.MapGet("/conflicts", ReadConflicts.ListAsync).WithName("ListSyncConflicts")
            .WithSummary("Items that changed on both sides").Requires(Role.Contributor, Scopes.Read);
        sync.MapGet("/conflicts/{id:guid}", ReadConflicts.ByIdAsync).WithName("ReadSyncConflict")
            .WithSummary("One conflict, with both values").Requires(Role.Contributor, Scopes.Read);
        sync.MapPost("/conflicts/{id:guid}/resolution", ResolveConflict.HandleAsync).WithName("ResolveSyncConflict")
            .WithSummary("Take the client's values, or keep the platform's").Requires(Role.Contributor, Scopes.Sync);
        sync.MapGet("/status", ReadSyncStatus.HandleAsync).WithName("ReadSyncStatus")
            .WithSummary("When each network's system last synced, and with what result").Requires(Role.Reader, Scopes.Read);
    }
}

/// <summary>A batch as application/json. As NDJSON, each line is an item.</summary>
internal sealed record SyncRequest(IReadOnlyList<SyncRequestItem> Items);

/// <summary>
/// <c>type</c> is organisation; <c>externalId</c> your own id, as namespace:value; <c>country</c> alpha-2, alpha-3 or M49.
/// <c>baseVersion</c> is the version that your change began from: without it, yours wins. <c>memberSince</c> is the first day of the membership, where the
/// item creates the record.
/// </summary>
internal sealed record SyncRequestItem(
    string Type, string ExternalId, string Node, string Name, IReadOnlyDictionary<string, string>? Names, string? Acronym, string Country,
    IReadOnlyList<string> Types, string? Website, int? BaseVersion, DateOnly? MemberSince);

/// <summary>The results in the order of the items. As NDJSON, each line is a result and the last one the summary.</summary>
internal sealed record SyncResponse(IReadOnlyList<SyncResponseItem> Results, SyncSummary Summary);

/// <summary><c>result</c> is created, updated, unchanged, conflict or rejected; <c>errors</c> says why, with a pointer into the item.</summary>
internal sealed record SyncResponseItem(
    int Line, string? ExternalId, string Result, Guid? Id, int? Version, IReadOnlyList<ServiceDefaults.Problems.FieldError>? Errors);

internal sealed record SyncSummary(bool Committed, int Items, int Created, int Updated, int Unchanged, int Conflict, int Rejected);
