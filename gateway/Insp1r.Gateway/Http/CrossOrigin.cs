namespace Insp1r.Gateway.Http;

/// <summary>
/// Lets web applications of other origins call the API from a browser: those listed in <c>Cors:Origins</c>, by default none.
/// Credentials (cookies) are never allowed; a token is sent in a header.
/// </summary>
internal static class CrossOrigin
{
    private static readonly string[] ReadableHeaders = ["ETag", "Location", "Retry-After", "RateLimit", "RateLimit-Policy", "WWW-Authenticate"];

    public static void AddCrossOriginRules(this IServiceCollection services, IConfiguration configuration) =>
        services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
            .WithOrigins(Origins(configuration))
            .WithMethods("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
            .AllowAnyHeader()
            .WithExposedHeaders(ReadableHeaders)
            .SetPreflightMaxAge(TimeSpan.FromHours(1))));

    public static void UseCrossOriginRules(this WebApplication app)
    {
        if (Origins(app.Configuration).Length > 0)
            app.UseCors();
    }

    private static string[] Origins(IConfiguration configuration) => configuration.GetSection("Cors:Origins").Get<string[]>() ?? [];
}
