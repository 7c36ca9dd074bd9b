using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.ServiceDefaults.Problems;

/// <summary>Failures that any endpoint can have.</summary>
public static class CommonErrors
{
    public static readonly Error BadRequest = new(400, "bad-request", "The request cannot be read");
    public static readonly Error BadCursor = new(400, "bad-cursor", "The cursor is not one of ours");
    public static readonly Error BadQuery = new(400, "bad-query", "A query parameter is missing, unknown or out of bounds");
    public static readonly Error NotFound = new(404, "not-found", "Not found");
    public static readonly Error TooLarge = new(413, "too-large", "Payload Too Large");
    public static readonly Error UnsupportedMediaType = new(415, "unsupported-media-type", "Unsupported Media Type");
    public static readonly Error Invalid = new(422, "invalid", "Some fields are not valid");
    public static readonly Error VersionRequired = new(428, "if-match-required", "Say which version you change");
    public static readonly Error VersionStale = new(412, "version-stale", "Somebody changed it meanwhile");
    public static readonly Error Unavailable = new(503, "unavailable", "Not available for the moment");
    public static readonly Error Internal = new(500, "internal", "Something went wrong on our side");

    public static ProblemHttpResult Missing(string what, Guid id) => NotFound.ToProblem($"There is no {what} {id} that you may see.");
}
