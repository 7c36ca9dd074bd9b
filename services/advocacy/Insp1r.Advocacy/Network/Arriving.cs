using Insp1r.Advocacy.Data;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Advocacy.Network;

/// <summary>What membership has and this service may not have heard of yet: such a request is refused for the moment only.</summary>
internal static class Arriving
{
    public const string UnknownNode = "unknown-node";
    public const string UnknownOrganisation = "unknown-organisation";

    /// <summary>
    /// The node must be one of the network. It is asked once the caller's permission is checked, and that is not where anything else
    /// was wrong before.
    /// </summary>
    public static async Task CheckNodeAsync(this FieldErrors errors, string pointer, string node, AdvocacyDb db, CancellationToken ct)
    {
        if (!errors.Any && !await db.Nodes.AnyAsync(known => known.Path == node, ct))
            errors.Add(pointer, UnknownNode, "No such node of the network is known here (yet). One that was added a moment ago arrives within seconds: try again.");
    }

    /// <summary>
    /// The problem to answer. Where all that is missing may be on its way, the client is told to come back: that answer is not kept
    /// for its Idempotency-Key.
    /// </summary>
    public static ProblemHttpResult ToProblem(this FieldErrors errors, HttpResponse response)
    {
        if (errors.Items.All(error => error.Code is UnknownNode or UnknownOrganisation))
            response.Headers.RetryAfter = errors.Items.Any(error => error.Code == UnknownNode) ? "2" : "1";
        return errors.ToProblem();
    }
}
