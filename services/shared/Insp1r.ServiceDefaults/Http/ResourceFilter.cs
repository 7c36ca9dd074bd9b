using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Insp1r.ServiceDefaults.Http;

/// <summary>
/// What every read resource has: an ETag (its version, or for a list and for what was on a day the hash of its content), 304 for a client that has it
/// already, and <c>fields=</c> for thin answers. It works on the handler's result, before anything is written.
/// </summary>
internal sealed class ResourceFilter(IOptions<JsonOptions> json) : IEndpointFilter
{
    private readonly JsonSerializerOptions _json = json.Value.SerializerOptions;

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var result = await next(context);
        while (result is INestedHttpResult nested)
            result = nested.Result;

        if (result is not IValueHttpResult { Value: { } value } || result is IStatusCodeHttpResult { StatusCode: not (200 or 201) })
            return result;

        var http = context.HttpContext;
        // What was on a day changes with what is known of it, and not with the version that was in force.
        var isHashed = value is IPage || (value is IVersioned && (http.Request.Query.ContainsKey("asOf") || http.Request.Query.ContainsKey("knownOn")));
        if (!isHashed && value is IVersioned versioned)
        {
            var tag = ETags.Of(versioned.Version);
            http.Response.Headers.ETag = tag.ToString();
            if (versioned.VersionTellsAll && IsKnown(http, tag))
                return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }

        if (!HttpMethods.IsGet(http.Request.Method) || value is not (IVersioned or IPage))
            return result;

        string? fields = http.Request.Query["fields"];
        if (!isHashed && string.IsNullOrEmpty(fields))
            return result;

        if (Thin(value, fields, out var body) is { } problem)
            return problem;

        if (isHashed)
        {
            var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(body).AsSpan(0, 12))}\"");
            http.Response.Headers.ETag = tag.ToString();
            if (IsKnown(http, tag))
                return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }

        return TypedResults.Bytes(body, "application/json; charset=utf-8");
    }

    private IResult? Thin(object value, string? fields, out byte[] body)
    {
        if (string.IsNullOrEmpty(fields))
        {
            body = JsonSerializer.SerializeToUtf8Bytes(value, value.GetType(), _json);
            return null;
        }

        body = [];
        var wanted = fields.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToHashSet(StringComparer.Ordinal);
        var known = KnownFields(value);
        if (wanted.FirstOrDefault(name => !known.Contains(name)) is { } unknown)
            return CommonErrors.BadQuery.ToProblem($"There is no field '{(unknown.Length > 60 ? unknown[..60] : unknown)}'.", [new FieldError("fields", "unknown-field", $"Of {string.Join(", ", known)}.")]);

        var node = JsonSerializer.SerializeToNode(value, value.GetType(), _json)!;
        if (value is IPage)
        {
            foreach (var item in node["items"]!.AsArray())
                Keep(item!.AsObject(), wanted);
        }
        else
        {
            Keep(node.AsObject(), wanted);
        }

        body = JsonSerializer.SerializeToUtf8Bytes(node, _json);
        return null;
    }

    private HashSet<string> KnownFields(object value)
    {
        var type = value is IPage ? value.GetType().GetGenericArguments()[0] : value.GetType();
        return [.. _json.GetTypeInfo(type).Properties.Select(property => property.Name)];
    }

    private static void Keep(JsonObject item, HashSet<string> wanted)
    {
        foreach (var name in item.Select(member => member.Key).Where(name => !wanted.Contains(name)).ToList())
            item.Remove(name);
    }

    private static bool IsKnown(HttpContext http, EntityTagHeaderValue tag) =>
        HttpMethods.IsGet(http.Request.Method)
        && http.Request.Headers.IfNoneMatch is { Count: > 0 } header
        && EntityTagHeaderValue.TryParseList(header, out var tags)
        && tags.Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(tag, useStrongComparison: false));
}
