using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.ServiceDefaults.Problems;

/// <summary>
/// An expected failure. The name is part of the contract (the problem's type is <c>/problems/{name}</c>) and never changes;
/// titles and details may.
/// </summary>
public sealed record Error(int Status, string Name, string Title)
{
    public string Type => $"/problems/{Name}";

    public ProblemHttpResult ToProblem(string detail, IReadOnlyList<FieldError>? errors = null, IDictionary<string, object?>? more = null)
    {
        var extensions = new Dictionary<string, object?>(StringComparer.Ordinal);
        if (Activity.Current is { } activity)
            extensions["traceId"] = activity.TraceId.ToHexString();
        if (errors is { Count: > 0 })
            extensions["errors"] = errors;
        foreach (var (key, value) in more ?? new Dictionary<string, object?>(StringComparer.Ordinal))
            extensions[key] = value;

        return TypedResults.Problem(detail, statusCode: Status, title: Title, type: Type, extensions: extensions);
    }
}

/// <summary>What is wrong with one field: a JSON pointer to it, a stable code, and what was expected.</summary>
public sealed record FieldError(string Pointer, string Code, string Detail);
