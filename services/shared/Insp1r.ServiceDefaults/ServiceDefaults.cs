using System.Diagnostics;
using System.Text.Json;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.OpenApi;
using Insp1r.ServiceDefaults.Problems;
using Insp1r.ServiceDefaults.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Logging;

namespace Insp1r.ServiceDefaults;

/// <summary>What every service of the platform is: observed, guarded, and exact about errors.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>Adds telemetry, health, token validation, problem details, JSON, discovery and the OpenAPI document.</summary>
    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder)
    {
        builder.AddTelemetry();
        // A line for each request, query or hop is what traces are for.
        foreach (var chatty in (string[])["Microsoft.AspNetCore", "Microsoft.EntityFrameworkCore", "System.Net.Http", "Microsoft.Extensions.ServiceDiscovery", "Yarp"])
            builder.Logging.AddFilter(chatty, LogLevel.Warning);
        // A constraint that refuses a change is mostly an answer (409), and the exception handler logs what is not.
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore.Update", LogLevel.None).AddFilter("Microsoft.EntityFrameworkCore.Database.Command", LogLevel.None);
        // It prints a stack trace for each attempt while the broker is away; what no consumer could handle, the consumer says itself.
        builder.Logging.AddFilter("MassTransit", LogLevel.None);
        // Who called says what failed in the end; each attempt, with its stack trace, is for traces.
        builder.Logging.AddFilter("Polly", LogLevel.None);
        // HealthAnswer says it once.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);

        var services = builder.Services;
        services.TryAddSingleton<TimeProvider>(new DatabaseClock());
        services.AddServiceDiscovery();
        services.ConfigureHttpClientDefaults(http =>
        {
            http.AddStandardResilienceHandler(Resilience);
            // Inside of it, so that a second try may go to another replica.
            http.AddServiceDiscovery();
        });

        // The framework writes the whole traceparent there; the id alone is what one searches for.
        services.AddProblemDetails(problems => problems.CustomizeProblemDetails = context =>
        {
            if (Activity.Current is { } activity)
                context.ProblemDetails.Extensions["traceId"] = activity.TraceId.ToHexString();
        });
        services.AddExceptionHandler<ExceptionProblems>();
        // By default an exception that was answered is not logged, whatever the answer.
        services.Configure<ExceptionHandlerOptions>(handler => handler.SuppressDiagnosticsCallback = context => ExceptionProblems.IsExpected(context.Exception));
        services.ConfigureHttpJsonOptions(json => JsonDefaults.Apply(json.SerializerOptions));
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.AddPlatformOpenApi();

        services.AddHealthChecks();
        services.AddSingleton<HealthAnswer>();
        builder.AddTokenValidation();
        return builder;
    }

    /// <summary>
    /// The service reads the public keys, and whose tokens are withdrawn, from the one that issues tokens. (That one fills
    /// <see cref="SigningKeys"/> and <see cref="WithdrawnAccess"/> itself.)
    /// </summary>
    public static IServiceCollection AddAuthority(this IServiceCollection services)
    {
        services.AddHttpClient(AuthorityOptions.Section).RemoveAllLoggers();
        services.AddHostedService<SigningKeysRefresh>();
        return services.AddHostedService<WithdrawnAccessRefresh>();
    }

    /// <summary>
    /// Errors, tokens and access rules, in that order; then /health and the OpenAPI document.
    /// <paramref name="beforeAccess"/> adds what must know the caller and also see the requests that are refused.
    /// </summary>
    public static WebApplication UseServiceDefaults(this WebApplication app, Action<IApplicationBuilder>? beforeAccess = null)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages(context => PlainStatus(context.HttpContext));
        app.UseRouting();
        app.UseMiddleware<CallerMiddleware>();
        beforeAccess?.Invoke(app);
        app.UseMiddleware<AccessMiddleware>();
        app.UseMiddleware<CauseMiddleware>();
        app.UseMiddleware<BodyEncoding>();

        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous().DisableHttpMetrics();
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { ResponseWriter = HealthAnswer.WriteAsync }).AllowAnonymous().DisableHttpMetrics();
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        return app;
    }

    /// <summary>The group of the public API: <c>/api/v1</c> with ETags, 304 and fields=, each list also as a file, and no parameter that is not known.</summary>
    public static RouteGroupBuilder MapApi(this IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/v1");
        api.AddEndpointFilterFactory(QueryNames.Check).AddEndpointFilter<ResourceFilter>().AddEndpointFilter<ListExport>();
        return api;
    }

    private static void AddTokenValidation(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<AuthorityOptions>().BindConfiguration(AuthorityOptions.Section)
            .Validate(authority => Uri.IsWellFormedUriString(authority.Issuer, UriKind.Absolute), "Authority:Issuer must be an absolute address.")
            .ValidateOnStart();
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<WithdrawnAccess>();
        services.AddHealthChecks().AddCheck<SigningKeys>("signing-keys");
        services.AddSingleton<TokenValidator>();
    }

    // A call to another service is short, and only what changes nothing is sent again.
    private static void Resilience(HttpStandardResilienceOptions call)
    {
        call.AttemptTimeout.Timeout = TimeSpan.FromSeconds(4);
        call.TotalRequestTimeout.Timeout = TimeSpan.FromSeconds(10);
        call.Retry.MaxRetryAttempts = 2;
        call.Retry.Delay = TimeSpan.FromMilliseconds(200);
        call.Retry.DisableForUnsafeHttpMethods();
    }

    private static Task PlainStatus(HttpContext context)
    {
        var status = context.Response.StatusCode;
        var (name, detail) = status switch
        {
            404 => ("not-found", "There is nothing at this address."),
            405 => ("method-not-allowed", $"This address does not take {context.Request.Method}."),
            415 => ("unsupported-media-type", $"Send the body with one of these as its Content-Type: {string.Join(", ", MediaTypesOf(context))}."),
            _ => ("http", ReasonPhrases.GetReasonPhrase(status)),
        };
        return new Error(status, name, ReasonPhrases.GetReasonPhrase(status)).ToProblem(detail).ExecuteAsync(context);
    }

    // Routing has put its refusal in the place of the endpoint, so that one is looked for again.
    private static IEnumerable<string> MediaTypesOf(HttpContext context) => context.RequestServices.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .Where(endpoint => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Contains(context.Request.Method, StringComparer.OrdinalIgnoreCase) == true
            && new TemplateMatcher(new RouteTemplate(endpoint.RoutePattern), []).TryMatch(context.Request.Path, []))
        .SelectMany(endpoint => endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.ContentTypes ?? []).Distinct(StringComparer.OrdinalIgnoreCase);
}
