using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Membership.Access.Clients;

internal static class ClientRules
{
    private const int MaxAddresses = 20;

    // A token's subject is a client's id or an account's; the audit trail has these names for other actors.
    private static readonly string[] Reserved = [Cause.Anonymous, "system", "development", "membership", "advocacy", "communications", "gateway"];

    public static void CheckId(FieldErrors errors, string clientId)
    {
        if (clientId.Length is 0 or > 60 || !clientId.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') || Guid.TryParse(clientId, out _))
            errors.Add("/clientId", "bad-client-id", "1 to 60 lower-case letters, digits and hyphens, and not the form of a UUID.");
        else if (Reserved.Contains(clientId, StringComparer.Ordinal))
            errors.Add("/clientId", "reserved-client-id", "The audit trail has this name for another actor.");
    }

    /// <summary>Everything but grants, which <see cref="GrantRules"/> checks.</summary>
    public static void Check(FieldErrors errors, ClientKind kind, ClientContent client)
    {
        errors.Required("/description", client.Description, 200);
        CheckScopes(errors, client.Scopes);
        if (kind == ClientKind.System)
        {
            foreach (var (name, isGiven) in ((string, bool)[])
                [("redirectUris", client.RedirectUris.Length > 0), ("postLogoutRedirectUris", client.PostLogoutRedirectUris.Length > 0), ("origins", client.Origins.Length > 0), ("deviceFlow", client.DeviceFlow)])
            {
                if (isGiven)
                    errors.Add($"/{name}", "for-apps", "Nobody signs in to a system.");
            }

            return;
        }

        if (client.Grants.Length > 0)
            errors.Add("/grants", "for-systems", "An app may what the person may who signed in to it.");
        if (client.RedirectUris.Length == 0 && !client.DeviceFlow)
            errors.Add("/redirectUris", "out-of-range", $"1 to {MaxAddresses} addresses, or deviceFlow.");
        CheckEach(errors, "/redirectUris", client.RedirectUris, IsAddress, "An https address without a fragment, or http://127.0.0.1/path.");
        CheckEach(errors, "/postLogoutRedirectUris", client.PostLogoutRedirectUris, IsAddress, "An https address without a fragment, or http://127.0.0.1/path.");
        CheckEach(errors, "/origins", client.Origins, IsOrigin, "Scheme, host and port and nothing more, such as https://app.example.org; http on this machine only.");
    }

    private static void CheckScopes(FieldErrors errors, string[] scopes)
    {
        if (scopes.Length == 0)
            errors.Add("/scopes", "required", $"Of {string.Join(", ", Scopes.All)}.");
        for (var i = 0; i < scopes.Length; i++)
            errors.OneOf($"/scopes/{i}", scopes[i], Scopes.All, "unknown-scope");
    }

    private static void CheckEach(FieldErrors errors, string pointer, string[] values, Func<string?, bool> isGood, string expected)
    {
        if (values.Length > MaxAddresses)
            errors.Add(pointer, "out-of-range", $"At most {MaxAddresses}.");
        for (var i = 0; i < values.Length && i < MaxAddresses; i++)
        {
            if (!isGood(values[i]))
                errors.Add($"{pointer}/{i}", "bad-address", expected);
        }
    }

    private static bool IsAddress(string? text) =>
        text is { Length: <= 500 } && Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri is { Fragment.Length: 0, UserInfo.Length: 0 } && !text.Contains('*')
        && (uri.Scheme == Uri.UriSchemeHttps || Client.IsLoopback(uri));

    // As a browser writes it, letter by letter: so it is compared.
    private static bool IsOrigin(string? text) =>
        text is { Length: <= 200 } && Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.GetLeftPart(UriPartial.Authority) == text
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback));
}
