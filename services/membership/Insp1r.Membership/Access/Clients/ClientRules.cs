using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Membership.Access.Clients;

internal static class ClientRules
{
    /// <summary>Never the form of an account's id: a token's subject is the one or the other.</summary>
    public static void ClientId(FieldErrors errors, string clientId)
    {
        if (clientId.Length is 0 or > 60 || !clientId.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') || Guid.TryParse(clientId, out _))
            errors.Add("/clientId", "bad-client-id", "1 to 60 lower-case letters, digits and hyphens, and not the form of a UUID.");
    }

    public static void Scopes(FieldErrors errors, string[] scopes)
    {
        if (scopes.Length == 0)
            errors.Add("/scopes", "required", $"Of {string.Join(", ", ServiceDefaults.Access.Scopes.All)}.");
        for (var i = 0; i < scopes.Length; i++)
            errors.OneOf($"/scopes/{i}", scopes[i], ServiceDefaults.Access.Scopes.All, "unknown-scope");
    }
}
