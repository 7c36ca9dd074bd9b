using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Idempotency;

namespace Insp1r.Membership.Imports;

internal static class ImportRoutes
{
    public static void MapImports(this IEndpointRouteBuilder api) =>
        api.MapPost("/imports", ImportMembers.HandleAsync).WithTags("Sync").WithName("ImportMembers")
            .WithSummary("Import a file of members, CSV or spreadsheet; a dry run first")
            .WithDescription($"At most {ImportTable.MaxRows} rows and 20 MiB. mode=validate, the default, tells what would become of each row and writes nothing. With Accept: text/csv, or that of a spreadsheet, the answer is the file with the columns result, code and message in front: correct it and send it again.")
            .Accepts<IFormFile>(ImportUpload.MediaTypes[0], [.. ImportUpload.MediaTypes[1..], ImportUpload.Form])
            .Produces<ImportMembers.Response>(StatusCodes.Status200OK, "application/json", "text/csv", SpreadsheetFile.MediaType)
            .WithMetadata(new ManyTransactions())
            .Requires(Role.Contributor, Scopes.Sync);
}
