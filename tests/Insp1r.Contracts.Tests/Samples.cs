using Insp1r.Contracts.Advocacy;
using Insp1r.Contracts.Communications;
using Insp1r.Contracts.Membership;

namespace Insp1r.Contracts.Tests;

/// <summary>One of each event, with every member set: what docs/events.md shows.</summary>
internal static class Samples
{
    private const string Mali = "insp1r.africa.ml";

    private static readonly NodeState MaliNode = new(Id(3), 1, Mali, "national", Texts("INSP!R Mali", "INSP!R Mali", "INSP!R Malí"), "ML");

    private static readonly TargetBodyState MaliGovernment = new(
        Id(7), 1, Mali, "ML-GOVERNMENT", Texts("Government of Mali", "Gouvernement du Mali", "Gobierno de Malí"), "national", "ML");

    private static readonly PublicEventState Launch = new(
        Id(9), 1, "insp1r", English("Launch of the network"), "en", "Geneva", Online: false, new DateOnly(2019, 11, 30), new DateOnly(2019, 12, 1), 84);

    private static readonly FigureState Countries = new(
        Id(15), "insp1r", "countries", 25, "more-than", "in more than 25 countries", new DateOnly(2021, 1, 1), "year", "Report of the launch webinar", "https://www.example.org/report",
        Corrects: null);

    public static readonly IEvent[] All =
    [
        new NodeAdded(MaliNode),
        new NodeChanged(MaliNode with { Version = 2 }),
        new OrganisationRegistered(Organisation(1, "active")),
        new OrganisationUpdated(Organisation(2, "active")),
        new OrganisationSuspended(Organisation(3, "suspended")),
        new OrganisationReinstated(Organisation(4, "active")),
        new OrganisationWithdrawn(Organisation(5, "withdrawn")),
        new OrganisationMerged(Organisation(6, "merged"), Id(13)),
        new OrganisationUnmerged(Organisation(7, "active")),
        new AffiliationStarted(Affiliation(1, "applied")),
        new AffiliationMoved(Affiliation(2, "active")),
        new ServiceRecorded(Service(1, null)),
        new ServiceChanged(Service(2, new DateOnly(2025, 12, 31))),
        new ServiceWithdrawn(Service(3, new DateOnly(2025, 12, 31))),
        new StrengthRecorded(new StrengthState(Id(14), 1, Id(1), Mali, Headcount(2024, 1_200))),
        new StrengthCorrected(new StrengthState(Id(14), 2, Id(1), Mali, Headcount(2024, 1_250))),
        new StrengthWithdrawn(new StrengthState(Id(14), 3, Id(1), Mali, Headcount(2024, 1_250))),
        new FigureRecorded(Countries),
        new FigureWithdrawn(Countries),
        new BodyAdded(Body(1, "Steering committee")),
        new BodyChanged(Body(2, "Coordination")),
        new DecisionRecorded(new DecisionState(
            Id(15), 1, Id(14), Mali, new DateOnly(2024, 3, 2), "two-thirds", QuorumNeeded: 5, Present: 7, VotesFor: 5, VotesAgainst: 1, Abstained: 1, "adopted", [new DecisionConcern("organisation", Id(1))], CorrectsId: null)),
        new PersonErased(new PersonTombstone(Id(11), 7, Mali)),
        new PersonHidden(new PersonReference(Id(11), 5, Mali)),
        new PersonShown(new PersonReference(Id(11), 6, Mali)),
        new TargetBodyAdded(MaliGovernment),
        new CampaignRecorded(Campaign(1)),
        new CampaignChanged(Campaign(2)),
        new DemandRecorded(Demand(1, "draft")),
        new DemandChanged(Demand(2, "draft")),
        new DemandActivated(Demand(3, "active")),
        new DemandClosed(Demand(4, "closed")),
        new OutcomeRecorded(Outcome(1, "draft")),
        new OutcomeChanged(Outcome(2, "draft")),
        new OutcomeSubmitted(Outcome(3, "submitted")),
        new VerdictGiven(new VerdictState(Id(10), Id(2), "insp1r.africa.rw", "agree", new DateOnly(2026, 2, 3))),
        new OutcomeSubstantiated(Outcome(4, "substantiated"), "insp1r.africa.rw", new DateOnly(2026, 2, 3)),
        new AnnouncementDrafted(Announcement(1, "draft")),
        new AnnouncementChanged(Announcement(2, "draft")),
        new AnnouncementReleased(Announcement(3, "released")),
        new AnnouncementWithdrawn(Announcement(4, "withdrawn")),
        new EventRecorded(Launch),
        new EventChanged(Launch with { Version = 2 }),
    ];

    private static OrganisationState Organisation(int version, string status) => new(
        Id(1), version, Mali, "UTM", new Dictionary<string, string>(StringComparer.Ordinal) { ["fr"] = "Union Technique de la Mutualité" },
        "UTM", "ML", ["mutual-health-organisation"], "https://utm.example.org", status, ["inspir-demo:utm"]);

    private static BodyState Body(int version, string name) => new(
        Id(14), version, Mali, "steering-committee", new Dictionary<string, string>(StringComparer.Ordinal) { ["en"] = name }, new DateOnly(2014, 5, 1), To: null);

    private static AffiliationState Affiliation(int version, string status) => new(
        Id(12), version, Id(1), "insp1r.africa", "full", status, new DateOnly(2014, 5, 1), Until: null, ThroughId: null, MayVote: status == "active", MaySignOn: status == "active");

    private static ServiceState Service(int version, DateOnly? to) => new(
        Id(13), version, Id(1), Mali, "health-insurance", OtherKind: null, ["medical-care", "maternity"], ["informal-workers", "rural-people"], ["ML"],
        English("Solidarity-based health insurance"), new DateOnly(2012, 1, 1), to, "Annual report 2024", "https://www.example.org/report", [Headcount(2024, 800)]);

    private static HeadcountState Headcount(int year, int total) => new(
        year, total, 500, 250, new Dictionary<string, int>(StringComparer.Ordinal) { ["15-24"] = 100, ["25-54"] = 600 }, 62.5m, "Annual report 2024", "https://www.example.org/report");

    private static CampaignState Campaign(int version) => new(
        Id(4), version, Mali, Id(5), English("The right to universal health coverage in Mali"), "en", new DateOnly(2018, 1, 1), new DateOnly(2019, 12, 31), "network");

    private static DemandState Demand(int version, string status) => new(
        Id(6), version, Mali, Id(4), English("Universal health coverage for all in Mali"), "en", ["ML-GOVERNMENT"], ["3.8"], ["C102"], ["medical-care"], status);

    private static OutcomeState Outcome(int version, string status) => new(
        Id(2), version, Mali, English("Law on a universal health insurance scheme"), "en", "ML", new DateOnly(2019, 12, 1), status, [new ContributionState(Id(1), Mali)]);

    private static AnnouncementState Announcement(int version, string status) => new(Id(8), version, Mali, Id(2), ["en", "fr", "es"], status);

    private static Guid Id(int number) => Guid.Parse($"0197a001-0000-7000-8000-{number:d12}");

    private static Dictionary<string, string> English(string text) => new(StringComparer.Ordinal) { ["en"] = text };

    private static Dictionary<string, string> Texts(string en, string fr, string es) => new(StringComparer.Ordinal) { ["en"] = en, ["fr"] = fr, ["es"] = es };
}
