using Insp1r.Membership.Data;
using Insp1r.Membership.Merging;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Affiliations;

internal static class AffiliationRules
{
    public static void Start(FieldErrors errors, string category, string status, DateOnly? since, DateTimeOffset now)
    {
        errors.OneOf("/category", category, AffiliationCategory.All, "unknown-category");
        errors.OneOf("/status", status, AffiliationStatus.First, "unknown-status");
        errors.NotInFuture("/since", since, now);
    }

    /// <summary>From which day on something holds: what lies before today changes earlier answers, and is meant to.</summary>
    public static void Effective(FieldErrors errors, DateOnly? effective, bool isCorrection, DateTimeOffset now)
    {
        errors.NotInFuture("/effective", effective, now);
        if (effective < DateOnly.FromDateTime(now.UtcDateTime) && !isCorrection)
            errors.Add("/effective", "needs-correction", "A day before today (in UTC) changes what was answered before: say correction, if that is meant.");
    }

    /// <summary>So that its membership does not end, and its record is not merged, while something begins through it.</summary>
    public static async Task KeepFederationAsync(this MembershipDb db, Guid? through, CancellationToken ct)
    {
        if (through is { } federation)
            await db.KeepStandingAsync(federation, ct);
    }

    /// <summary>A federation is a direct member of the same network, and not the organisation itself.</summary>
    public static async Task ThroughAsync(FieldErrors errors, Guid? through, Guid organisation, string node, MembershipDb db, CancellationToken ct)
    {
        if (through is { } federation && (federation == organisation || !await db.IsFederationAsync(federation, node, ct)))
            errors.Add("/throughId", "unknown-federation", $"An organisation that is itself a direct member of {node}.");
    }

    public static Task<bool> IsFederationAsync(this MembershipDb db, Guid organisation, string node, CancellationToken ct) =>
        db.Affiliations.AnyAsync(a => a.OrganisationId == organisation && a.Node == node && a.ThroughId == null && AffiliationStatus.Members.Contains(a.Status), ct);
}
