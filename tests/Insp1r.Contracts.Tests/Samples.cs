using Insp1r.Contracts.Advocacy;
using Insp1r.Contracts.Membership;

namespace Insp1r.Contracts.Tests;

/// <summary>One of each event, with every member set: what docs/events.md shows.</summary>
internal static class Samples
{
    private static readonly Guid Utm = Guid.Parse("0197a001-0000-7000-8000-000000000001");
    private static readonly Guid MaliLaw = Guid.Parse("0197a001-0000-7000-8000-000000000002");

    private static readonly NodeState Mali = new(
        Guid.Parse("0197a001-0000-7000-8000-000000000003"), 1, "insp1r.africa.ml", "national",
        new Dictionary<string, string>(StringComparer.Ordinal) { ["en"] = "INSP!R Mali", ["fr"] = "INSP!R Mali", ["es"] = "INSP!R Malí" }, "ML");

    public static readonly IEvent[] All =
    [
        new NodeAdded(Mali),
        new NodeChanged(Mali with { Version = 2 }),
        new OrganisationRegistered(Organisation(1, "active")),
        new OrganisationUpdated(Organisation(2, "active")),
        new OrganisationSuspended(Organisation(3, "suspended")),
        new OrganisationReinstated(Organisation(4, "active")),
        new OrganisationWithdrawn(Organisation(5, "withdrawn")),
        new OutcomeRecorded(Outcome(1, "draft")),
        new OutcomeSubmitted(Outcome(2, "submitted")),
        new OutcomeSubstantiated(Outcome(3, "substantiated"), "insp1r.africa.rw", new DateOnly(2026, 2, 3)),
    ];

    private static OrganisationState Organisation(int version, string status) => new(
        Utm, version, "insp1r.africa.ml", "UTM",
        new Dictionary<string, string>(StringComparer.Ordinal) { ["fr"] = "Union Technique de la Mutualité" },
        "UTM", "ML", ["mutual-health-organisation"], "https://utm.example.org", status, ["inspir-demo:utm"]);

    private static OutcomeState Outcome(int version, string status) => new(
        MaliLaw, version, "insp1r.africa.ml",
        new Dictionary<string, string>(StringComparer.Ordinal) { ["en"] = "Law on a universal health insurance scheme" },
        "en", "ML", new DateOnly(2019, 12, 1), status, [new ContributionState(Utm, "insp1r.africa.ml")]);
}
