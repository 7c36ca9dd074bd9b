using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.Membership.Access;

/// <summary>API clients, kept by the stewards of the nodes that they have grants at.</summary>
internal static class ManageClients
{
    public sealed record Request(string ClientId, string Description, string[] Grants, string[] Scopes);

    /// <summary>The secret is shown this once.</summary>
    public sealed record Created(string ClientId, string Secret, string[] Grants, string[] Scopes);

    public sealed record Response(string ClientId, string Description, string[] Grants, string[] Scopes, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? RevokedAt);

    private static readonly Error Taken = new(409, "client-id-taken", "There is a client of this name");

    public static void MapClients(this IEndpointRouteBuilder api)
    {
        var clients = api.MapGroup("/clients").WithTags("Access");
        clients.MapPost("/", Add).WithName("AddClient").WithSummary("Add an API client with grants inside your nodes").Requires(Role.Steward, Scopes.Write);
        clients.MapGet("/", List).WithName("ListClients").WithSummary("The API clients whose grants all lie inside your nodes").Requires(Role.Steward, Scopes.Read);
        clients.MapPost("/{clientId}/revocation", Revoke).WithName("RevokeClient").WithSummary("Refuse the client any further token").Requires(Role.Steward, Scopes.Write);
    }

    private static async Task<Results<Created<Created>, ProblemHttpResult>> Add(Request request, Caller caller, ClientStore clients, TimeProvider clock, CancellationToken ct)
    {
        var errors = new FieldErrors();
        if (request.ClientId.Length is 0 or > 60 || !request.ClientId.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
            errors.Add("/clientId", "bad-client-id", "1 to 60 lower-case letters, digits and hyphens.");
        errors.Required("/description", request.Description, 200);
        if (request.Grants.Length is 0 or > 50)
            errors.Add("/grants", "out-of-range", "1 to 50 grants, such as contributor@insp1r.africa.rw.");
        if (request.Scopes.Length == 0)
            errors.Add("/scopes", "required", $"Of {string.Join(", ", Scopes.All)}.");
        for (var i = 0; i < request.Scopes.Length; i++)
            errors.OneOf($"/scopes/{i}", request.Scopes[i], Scopes.All, "unknown-scope");

        for (var i = 0; i < request.Grants.Length && i < 50; i++)
        {
            if (!Grant.TryParse(request.Grants[i], out var grant))
                errors.Add($"/grants/{i}", "bad-grant", "A role and a node, such as contributor@insp1r.africa.rw.");
            else if (!MayGive(caller, grant))
                return AccessErrors.OutsideYourNodes.ToProblem($"You cannot give {grant}: be a steward at or above its node (for operator: an operator).");
        }

        if (errors.Any)
            return errors.ToProblem();

        var secret = ClientSecret.Generate();
        var client = new ApiClient(request.ClientId, request.Description, request.Grants, request.Scopes, clock.GetUtcNow(), caller.ClientId, null);
        return await clients.AddAsync(client, secret, ct)
            ? TypedResults.Created($"/api/v1/clients/{client.ClientId}", new Created(client.ClientId, secret, client.Grants, client.Scopes))
            : Taken.ToProblem($"'{client.ClientId}' is taken.");
    }

    private static async Task<Results<Ok<Page<Response>>, ProblemHttpResult>> List([AsParameters] PageQuery query, Caller caller, ClientStore clients, CancellationToken ct)
    {
        if (query.Check(out var limit) is { } problem)
            return problem;
        if (!KeysetCursor.TryDecode(query.After, out var after, out _))
            return KeysetCursor.Refuse();

        // Clients are few (some per network): those outside the caller's nodes are left out here, and the page is filled again.
        var seen = new List<Response>();
        while (seen.Count <= limit)
        {
            var clientRows = await clients.ListAsync(after, PageQuery.MaxLimit, ct);
            seen.AddRange(clientRows.Where(client => IsOwn(caller, client)).Select(ToResponse));
            if (clientRows.Count < PageQuery.MaxLimit)
                break;
            after = clientRows[^1].ClientId;
        }

        if (seen.Count > limit + 1)
            seen.RemoveRange(limit + 1, seen.Count - limit - 1);
        return TypedResults.Ok(Page<Response>.From(seen, limit, client => KeysetCursor.Encode(client.ClientId, Guid.Empty)));
    }

    private static async Task<Results<Ok<Response>, ProblemHttpResult>> Revoke(string clientId, Caller caller, ClientStore clients, TimeProvider clock, CancellationToken ct)
    {
        if (await clients.FindAsync(clientId, ct) is not { } client || !IsOwn(caller, client))
            return CommonErrors.NotFound.ToProblem("There is no such client inside your nodes.");

        var at = client.RevokedAt ?? clock.GetUtcNow();
        await clients.RevokeAsync(clientId, at, ct);
        return TypedResults.Ok(ToResponse(client with { RevokedAt = at }));
    }

    private static bool MayGive(Caller caller, Grant grant) => caller.May(grant.Role == Role.Operator ? Role.Operator : Role.Steward, grant.Node);

    private static bool IsOwn(Caller caller, ApiClient client) =>
        client.Grants.All(text => Grant.TryParse(text, out var grant) && caller.May(Role.Steward, grant.Node));

    private static Response ToResponse(ApiClient client) =>
        new(client.ClientId, client.Description, client.Grants, client.Scopes, client.CreatedAt, client.CreatedBy, client.RevokedAt);
}
