using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.Membership.Access.Clients;

internal static class ClientErrors
{
    public static readonly Error Taken = new(409, "client-id-taken", "There is a client of this name");
    public static readonly Error Revoked = new(409, "client-revoked", "The client is revoked");
    public static readonly Error NoSecret = new(409, "client-without-secret", "The client has no secret");

    public static ProblemHttpResult NotYours() => AccessErrors.OutsideYourNodes.ToProblem($"Apps are kept by stewards of {NodePath.Root}: they meet people of every node.");

    public static ProblemHttpResult Missing() => CommonErrors.NotFound.ToProblem("There is no such client inside your nodes.");

    public static ProblemHttpResult IsRevoked(string clientId) => Revoked.ToProblem($"'{clientId}' was ended for good; add another client.");
}
