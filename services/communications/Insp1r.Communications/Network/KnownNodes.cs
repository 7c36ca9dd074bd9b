using Insp1r.Communications.Data;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Communications.Network;

internal static class KnownNodes
{
    /// <summary>
    /// Null where this service has heard of the node. The refusal of another is for the moment only: the client is told to come back, so
    /// that the answer is not kept for its Idempotency-Key.
    /// </summary>
    public static async Task<ProblemHttpResult?> RefuseUnknownAsync(this CommunicationsDb db, string pointer, string node, HttpResponse response, CancellationToken ct)
    {
        if (await db.Nodes.AnyAsync(known => known.Path == node, ct))
            return null;

        var errors = new FieldErrors();
        errors.Add(pointer, "unknown-node", "No such node of the network is known here (yet). One that was added a moment ago arrives within seconds: try again.");
        response.Headers.RetryAfter = "2";
        return errors.ToProblem();
    }
}
