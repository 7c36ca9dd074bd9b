using Insp1r.Membership.Records;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;

namespace Insp1r.Membership.Documents;

/// <summary>Documents on organisations and on networks.</summary>
internal static class DocumentRoutes
{
    private const string WhoSees = "What is sensitive the readers of its node see; all else, whoever sees the record. Who added it is shown to contributors and stewards.";

    public static void MapDocuments(this IEndpointRouteBuilder api)
    {
        Map(api.MapGroup("/organisations/{id:guid}/documents").WithMetadata(RecordKind.Organisation), "", "an organisation");
        Map(api.MapGroup("/nodes/{id:guid}/documents").WithMetadata(RecordKind.Network), "Node", "a network");
    }

    private static void Map(RouteGroupBuilder documents, string of, string record)
    {
        documents.WithTags("Records");
        documents.MapGet("/", ReadDocuments.ListAsync).WithName($"List{of}Documents")
            .WithSummary($"Documents on the record of {record}, the newest first").WithDescription(WhoSees).Requires(Role.Reader, Scopes.Read);
        documents.MapPost("/", AddDocument.HandleAsync).WithName($"Add{of}Document").WithSummary($"Add a document to the record of {record}")
            .WithDescription("With fileName its status is awaiting-file: send the file to .../file within seven days. With url it is there.").Requires(Role.Contributor, Scopes.Write);
        documents.MapGet("/{documentId:guid}", ReadDocuments.OneAsync).WithName($"Read{of}Document").WithSummary($"One document of {record}")
            .WithDescription(WhoSees).Requires(Role.Reader, Scopes.Read);
        documents.MapPut("/{documentId:guid}/file", PutFile.HandleAsync).WithName($"Send{of}DocumentFile").WithSummary("Send a document's file")
            .WithDescription("The bytes as they are, at most 10 MiB, with the Content-Type of the document's fileName. Sent again they change nothing (200); other bytes are refused (409).")
            .Accepts<Stream>(FileType.MediaTypes[0], FileType.MediaTypes[1..]).WithMetadata(new WrittenOnce()).Requires(Role.Contributor, Scopes.Write);
        documents.MapGet("/{documentId:guid}/file", ReadFile.HandleAsync).WithName($"Read{of}DocumentFile").WithSummary("A document's file")
            .WithDescription("Its ETag is its SHA-256. With Range a download that was cut goes on.")
            .Produces<Stream>(StatusCodes.Status200OK, FileType.MediaTypes[0], FileType.MediaTypes[1..])
            .Produces<Stream>(StatusCodes.Status206PartialContent, FileType.MediaTypes[0], FileType.MediaTypes[1..]).Requires(Role.Reader, Scopes.Read);
        documents.MapPost("/{documentId:guid}/withdrawal", WithdrawDocument.HandleAsync).WithName($"Withdraw{of}Document")
            .WithSummary("Take a document's file and words away, as its author or a steward").Requires(Role.Contributor, Scopes.Write);
    }
}
