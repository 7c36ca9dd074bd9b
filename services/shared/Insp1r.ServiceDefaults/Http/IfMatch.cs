using System.Reflection;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Insp1r.ServiceDefaults.Http;

/// <summary>Something with a version that each change raises by one; its ETag is that number in quotes.</summary>
public interface IVersioned
{
    int Version { get; }

    /// <summary>False where its answer has members that change without it, such as how many sit in a body: then nobody is told that nothing changed.</summary>
    bool VersionTellsAll => true;
}

/// <summary>The If-Match header of a change. A handler takes it as a parameter and asks it before it changes anything.</summary>
public readonly record struct IfMatch(string? Header)
{
    public static ValueTask<IfMatch> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult(new IfMatch(context.Request.Headers.IfMatch.Count == 0 ? null : context.Request.Headers.IfMatch.ToString()));

    /// <summary>Null where the header names this version (or *), else the problem to answer: 428 without the header, 412 with another version.</summary>
    public ProblemHttpResult? Refuses(int version)
    {
        if (Header is null)
            return CommonErrors.VersionRequired.ToProblem("Send If-Match with the ETag of the version that you read.");

        var matches = EntityTagHeaderValue.TryParseList([Header], out var tags)
            && tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(ETags.Of(version), useStrongComparison: false));
        return matches ? null : CommonErrors.VersionStale.ToProblem($"The current version is {version}; read it again, then change it.");
    }
}

/// <summary>Marks a PUT of what never changes once it is there: it asks for no version, because there is none that it could overwrite.</summary>
public sealed class WrittenOnce;

public static class ETags
{
    public static EntityTagHeaderValue Of(int version) => new($"\"{version}\"");
}
