using Insp1r.Membership.Access.Clients;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.Membership.Apps;

internal static class AppRules
{
    private const int MaxRedirectUris = 20;

    public static void Check(FieldErrors errors, string name, string[] redirectUris, string[] scopes)
    {
        errors.Required("/name", name, 100);
        ClientRules.Scopes(errors, scopes);
        if (redirectUris.Length is 0 or > MaxRedirectUris)
            errors.Add("/redirectUris", "out-of-range", $"1 to {MaxRedirectUris} addresses.");
        for (var i = 0; i < redirectUris.Length && i < MaxRedirectUris; i++)
        {
            if (!IsRedirectUri(redirectUris[i]))
                errors.Add($"/redirectUris/{i}", "bad-address", "An https address without a fragment, or http://127.0.0.1/path.");
        }
    }

    private static bool IsRedirectUri(string? text) =>
        text is { Length: <= 500 } && Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri is { Fragment.Length: 0, UserInfo.Length: 0 } && !text.Contains('*')
        && (uri.Scheme == Uri.UriSchemeHttps || App.IsLoopback(uri));
}

internal static class AppErrors
{
    public static readonly Error Revoked = new(409, "app-revoked", "The app is revoked");

    public static ProblemHttpResult NotYours() => AccessErrors.OutsideYourNodes.ToProblem($"Apps are kept by stewards of {NodePath.Root}: they meet people of every node.");

    public static ProblemHttpResult Missing(string clientId) => CommonErrors.NotFound.ToProblem($"There is no app '{(clientId.Length > 60 ? clientId[..60] : clientId)}'.");
}
