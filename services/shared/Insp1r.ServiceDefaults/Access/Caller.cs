using System.Reflection;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace Insp1r.ServiceDefaults.Access;

/// <summary>Who asks, and what they may do. A handler takes it as a parameter.</summary>
public sealed class Caller(string id, IReadOnlyList<Grant> grants, IReadOnlyList<string> scopes, int accessVersion = 0, string? app = null)
{
    public static readonly Caller Anonymous = new("", [], []);

    /// <summary>The token's subject: an API client's own id, or the id of a person's account. Never a name or an address.</summary>
    public string Id { get; } = id;

    /// <summary>The client that the token was issued to: the API client itself, or the app that a person uses.</summary>
    public string App { get; } = app ?? id;

    public IReadOnlyList<Grant> Grants { get; } = grants;
    public IReadOnlyList<string> Scopes { get; } = scopes;

    /// <summary>0 where the token does not say.</summary>
    public int AccessVersion { get; } = accessVersion;

    /// <summary>True where a grant for the role lies at or above the node.</summary>
    public bool May(Role role, string node)
    {
        foreach (var grant in Grants)
        {
            if (grant.Includes(role) && NodePath.Covers(grant.Node, node))
                return true;
        }

        return false;
    }

    public bool Has(Role role) => Grants.Any(grant => grant.Includes(role));

    /// <summary>The topmost nodes whose subtrees the caller has this role for.</summary>
    public string[] NodesFor(Role role)
    {
        var nodes = Grants.Where(grant => grant.Includes(role)).Select(grant => grant.Node).Distinct(StringComparer.Ordinal).ToArray();
        return nodes.Length < 2 ? nodes : [.. nodes.Where(node => !nodes.Any(other => other != node && NodePath.Covers(other, node)))];
    }

    /// <summary>The same, cut to one subtree; all where none is given.</summary>
    public string[] NodesFor(Role role, string? within)
    {
        var nodes = NodesFor(role);
        return within is null ? nodes
            : Array.Exists(nodes, node => NodePath.Covers(node, within)) ? [within]
            : Array.FindAll(nodes, node => NodePath.Covers(within, node));
    }

    public static ValueTask<Caller> BindAsync(HttpContext context, ParameterInfo parameter) => ValueTask.FromResult(Of(context.User));

    public static Caller Of(ClaimsPrincipal user) => (user.Identity as CallerIdentity)?.Caller ?? Anonymous;
}

/// <summary>The identity of a validated token, with its grants read once and not at every check.</summary>
internal sealed class CallerIdentity(ClaimsIdentity identity, Caller caller) : ClaimsIdentity(identity)
{
    public Caller Caller { get; } = caller;
}
