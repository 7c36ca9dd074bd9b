using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Insp1r.ServiceDefaults.Access;

/// <summary>What an endpoint asks of its caller: a role somewhere, and a scope. Which node, the handler checks.</summary>
public sealed record AccessRule(Role Role, string Scope);

/// <summary>Any valid token is let through: for an endpoint whose own service knows the rule and checks it (the gateway's routes).</summary>
public sealed record AnyCaller
{
    public static readonly AnyCaller Rule = new();
}

public static class AccessRules
{
    /// <summary>States the rule of an endpoint. An endpoint with neither a rule nor AllowAnonymous answers 403 to everybody.</summary>
    public static TBuilder Requires<TBuilder>(this TBuilder builder, Role role, string scope) where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new AccessRule(role, scope));
}

/// <summary>Deny by default: lets a request through only where its endpoint's rule is met.</summary>
internal sealed class AccessMiddleware(RequestDelegate next, SigningKeys keys)
{
    public Task InvokeAsync(HttpContext context)
    {
        var endpoint = context.GetEndpoint();
        if (endpoint is null || endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)
            return next(context);

        if (context.User.Identity is not CallerIdentity { Caller: var caller })
            return keys.Any ? Unauthorized(context) : KeysMissing(context);

        // Routing's own refusals (405, 415) are endpoints too, but no address: nothing but the refusal lies behind them.
        if (endpoint.Metadata.GetMetadata<AnyCaller>() is not null || endpoint is not RouteEndpoint)
            return next(context);

        var rule = endpoint.Metadata.GetMetadata<AccessRule>();
        if (rule is null)
            return AccessErrors.Forbidden.ToProblem("This address is not open to any client.").ExecuteAsync(context);
        if (!caller.Scopes.Contains(rule.Scope, StringComparer.Ordinal))
            return AccessErrors.Forbidden.ToProblem($"The token lacks the scope '{rule.Scope}'.").ExecuteAsync(context);
        if (!caller.Has(rule.Role))
            return AccessErrors.Forbidden.ToProblem($"The client has no {rule.Role.ToString().ToLowerInvariant()} grant at any node.").ExecuteAsync(context);

        return next(context);
    }

    private static Task Unauthorized(HttpContext context)
    {
        var sent = context.Request.Headers.Authorization.Count > 0;
        context.Response.Headers.WWWAuthenticate = sent ? "Bearer error=\"invalid_token\"" : "Bearer";
        return AccessErrors.Unauthorized
            .ToProblem(sent ? "The access token is not valid here, or no longer." : "Send an access token: Authorization: Bearer <token>.")
            .ExecuteAsync(context);
    }

    private static Task KeysMissing(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "2";
        return AccessErrors.KeysMissing.ToProblem("Tokens cannot be checked yet; try again in a moment.").ExecuteAsync(context);
    }
}

public static class AccessErrors
{
    public static readonly Error Unauthorized = new(401, "unauthorized", "Not signed in");
    public static readonly Error Forbidden = new(403, "forbidden", "Not allowed");
    public static readonly Error KeysMissing = new(503, "keys-missing", "Not ready");

    /// <summary>The caller lacks the role at this node.</summary>
    public static readonly Error OutsideYourNodes = new(403, "outside-your-nodes", "Outside your nodes");
}
