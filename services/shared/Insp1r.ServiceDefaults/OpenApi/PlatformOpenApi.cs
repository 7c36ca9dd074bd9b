using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Idempotency;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Insp1r.ServiceDefaults.OpenApi;

/// <summary>Makes each service's document say what holds for all: security, problems, versions and idempotency keys.</summary>
internal static class PlatformOpenApi
{
    private const string SecurityScheme = "oauth2";

    public static void AddPlatformOpenApi(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.CreateSchemaReferenceId = SchemaId;
        options.AddOperationTransformer(DescribeRule);
        options.AddDocumentTransformer(DescribeSecurity);
        options.AddSchemaTransformer(DescribeOptional);
    });

    // A use case's Request and Response are nested in it: the schema is named after both.
    private static string? SchemaId(JsonTypeInfo type) =>
        IsOptional(type.Type)
        ? null
        : type.Type is { IsNested: true, IsGenericType: false, DeclaringType: { } outer } nested && OpenApiOptions.CreateDefaultSchemaReferenceId(type) is not null
            ? outer.Name + nested.Name
            : OpenApiOptions.CreateDefaultSchemaReferenceId(type);

    private static bool IsOptional(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Optional<>);

    // A member of a PATCH has the schema of its value.
    private static async Task DescribeOptional(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken ct)
    {
        if (!IsOptional(context.JsonTypeInfo.Type))
            return;

        var value = await context.GetOrCreateSchemaAsync(context.JsonTypeInfo.Type.GetGenericArguments()[0], cancellationToken: ct);
        schema.Type = value.Type;
        schema.Format = value.Format;
        schema.Pattern = value.Pattern;
        schema.Items = value.Items;
        schema.Properties = value.Properties;
        schema.AdditionalProperties = value.AdditionalProperties;
        schema.Enum = value.Enum;
    }

    private static Task DescribeRule(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        operation.Responses ??= [];
        operation.Parameters ??= [];
        foreach (var parameter in operation.Parameters.OfType<OpenApiParameter>().Where(parameter => parameter.In == ParameterLocation.Query))
        {
            parameter.Description ??= context.Description.ParameterDescriptions.Where(described => described.Name == parameter.Name)
                .Select(described => described.ParameterDescriptor).OfType<IParameterInfoParameterDescriptor>().Select(described => DocComments.Of(described.ParameterInfo)).FirstOrDefault();
            parameter.Name = JsonNamingPolicy.CamelCase.ConvertName(parameter.Name!);
        }

        AddProblem(operation, "400", "The request cannot be read, or a parameter is out of bounds");

        if (metadata.OfType<AccessRule>().FirstOrDefault() is { } rule)
        {
            var role = rule.Role.ToString().ToLowerInvariant();
            operation.Description = $"{operation.Description}\n\nNeeds the scope `{rule.Scope}` and a `{role}` grant at or above the node.".Trim();
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(SecurityScheme, context.Document)] = [rule.Scope] }];
            AddProblem(operation, "401", "No valid access token");
            AddProblem(operation, "403", "The token's scope or grants do not allow this");
            AddProblem(operation, "429", "Too many requests; see Retry-After");
        }
        else if (metadata.OfType<IAllowAnonymous>().Any())
        {
            operation.Security = [];
        }

        switch (context.Description.HttpMethod)
        {
            case "POST" when !metadata.OfType<SecretAnswer>().Any() && !operation.Parameters.Any(parameter => parameter.Name == "Idempotency-Key"):
                AddHeader(operation, "Idempotency-Key", required: false, "Your own key for this request: sent again with the same key and body, it gets the same answer and has no second effect. Kept for 30 days.");
                AddProblem(operation, "409", "A rule of the domain forbids it now, or a request with this key is in flight");
                AddProblem(operation, "422", "A field is not valid, or the key was used for another request");
                break;
            case "PUT" when metadata.OfType<WrittenOnce>().Any():
                AddProblem(operation, "409", "There is something else already, and it does not change");
                AddProblem(operation, "422", "The body is not what it is said to be");
                break;
            case "PUT" or "PATCH" or "DELETE":
                AddHeader(operation, "If-Match", required: true, "The ETag of the version that you change.");
                AddProblem(operation, "412", "Somebody changed it meanwhile");
                AddProblem(operation, "428", "If-Match is missing");
                AddProblem(operation, "422", "A field is not valid");
                break;
            case "GET" when metadata.OfType<AccessRule>().Any():
                AddHeader(operation, "If-None-Match", required: false, "The ETag that you have: 304 if it is still current.");
                operation.Responses.TryAdd("304", new OpenApiResponse { Description = "Not changed" });
                break;
        }

        if (operation.Parameters.Any(parameter => parameter is { Name: "format", In: ParameterLocation.Query }) && operation.Responses.TryGetValue("200", out var list))
        {
            list.Content?.TryAdd(Csv.MediaType, new OpenApiMediaType());
            list.Content?.TryAdd(ListExport.Ndjson, new OpenApiMediaType());
        }

        return Task.CompletedTask;
    }

    private static void AddHeader(OpenApiOperation operation, string name, bool required, string description) =>
        operation.Parameters!.Add(new OpenApiParameter
        {
            Name = name,
            In = ParameterLocation.Header,
            Required = required,
            Description = description,
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        });

    private static void AddProblem(OpenApiOperation operation, string status, string description) =>
        operation.Responses!.TryAdd(status, new OpenApiResponse
        {
            Description = description,
            Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
            {
                ["application/problem+json"] = new OpenApiMediaType { Schema = new OpenApiSchemaReference("Problem") },
            },
        });

    private static Task DescribeSecurity(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken ct)
    {
        document.Components ??= new OpenApiComponents();
        document.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal);
        document.Components.Schemas["Problem"] = ProblemSchema();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
        document.Components.SecuritySchemes[SecurityScheme] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.OAuth2,
            Flows = new OpenApiOAuthFlows
            {
                ClientCredentials = new OpenApiOAuthFlow { TokenUrl = new Uri("/connect/token", UriKind.Relative), Scopes = Described() },
                AuthorizationCode = new OpenApiOAuthFlow
                {
                    AuthorizationUrl = new Uri("/connect/authorize", UriKind.Relative),
                    TokenUrl = new Uri("/connect/token", UriKind.Relative),
                    Scopes = Described(),
                },
            },
        };
        return Task.CompletedTask;

        static Dictionary<string, string> Described() => Scopes.All.ToDictionary(scope => scope, scope => $"May {scope}", StringComparer.Ordinal);
    }

    private static OpenApiSchema ProblemSchema() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "RFC 9457. The type is stable; titles and details may change.",
        Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
        {
            ["type"] = Text("A stable name, such as /problems/invalid"),
            ["title"] = Text("In a few words"),
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer },
            ["detail"] = Text("What was expected"),
            ["traceId"] = Text("Quote it when you report the problem"),
            ["errors"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                Items = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
                    {
                        ["pointer"] = Text("JSON pointer to the field"),
                        ["code"] = Text("A stable name of the fault"),
                        ["detail"] = Text("What was expected"),
                    },
                },
            },
        },
    };

    private static OpenApiSchema Text(string description) => new() { Type = JsonSchemaType.String, Description = description };
}
