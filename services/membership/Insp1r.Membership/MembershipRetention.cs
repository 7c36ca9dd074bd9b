using Insp1r.Membership.Accounts;
using Insp1r.Membership.Persons;
using Insp1r.Messaging.Retention;

namespace Insp1r.Membership;

/// <summary>What membership keeps, and for how long, beside what every service keeps. What is not here stays: records of the network, and tombstones.</summary>
internal static class MembershipRetention
{
    public const string OutgoingMails = "outgoing-mails";

    private const string Accountability = "Accountability (GDPR, Art. 5(2)): as long as the audit trail tells what was done with it.";

    public static readonly RetentionRule[] Rules =
    [
        new("persons", "Persons without a role: erased, as by hand, this long after their last role ended, their account was closed, or their record was last changed.",
            Days: 730, Least: 90, Most: 3_652,
            "Storage limitation (GDPR, Art. 5(1)(e)): nobody writes to them any more. Two years bridge the time between two mandates.",
            UnneededPersons.Removal),
        new("consents", "Consents that were withdrawn.",
            Days: 1_826, Least: 365, Most: 3_652,
            "Proof of consent (GDPR, Art. 7(1)) while claims may come (Art. 17(3)(e)): 5 years (such as Code civil, Art. 2224).",
            Removal.OfRows("consent", "withdrawn_at")),
        new("closed-accounts", "Closed accounts: address, second factor and links to other providers go, also from the audit trail. The id stays, so that the trail names somebody.",
            Days: 365, Least: 30, Most: 1_826,
            "Storage limitation (GDPR, Art. 5(1)(e)): for a year it can be told whose account it was.",
            AccountRemoval.Closed),
        new("invitations", "Accounts whose invitation was never taken up, counted from the last one sent.",
            Days: 30, Least: 8, Most: 365,
            "Data minimisation (GDPR, Art. 5(1)(c)): its link is over after 7 days, and the person can be invited anew.",
            AccountRemoval.Invited),
        new("grants", "What an account could do, once that has ended; reasons of overrides go with it.",
            Days: 1_826, Least: 365, Most: 3_652, Accountability,
            Removal.OfRows("account_grant", "until")),
        new("sessions", "Sessions with device and refresh tokens, from their end.",
            Days: 90, Least: 7, Most: 365,
            "Security of processing (GDPR, Art. 32): after an incident somebody asks who was signed in.",
            Removal.OfRows("account_session", "least(ended_at, expires_at)")),
        new("session-tokens", "Codes, refresh tokens and pushed requests, from their end.",
            Days: 30, Least: 1, Most: 365,
            "Security of processing (GDPR, Art. 32): one that is brought twice is noticed also somewhat later.",
            Removal.OfRows("session_token", "expiration_date")),
        new(OutgoingMails, "Mails that could not be sent, or were written as files: dropped.",
            Days: 3, Least: 1, Most: 7,
            "Data minimisation (GDPR, Art. 5(1)(c)): address and link are in it, and whom it did not reach asks for another one.",
            Removal.OfRows("outgoing_mail", "created_at")),
        new("clients", "Clients that were revoked.",
            Days: 1_856, Least: 1_856, Most: 3_652, Accountability,
            Removal.OfRows("client", "revoked_at")),
        new("sync-results", "Results of sync batches.",
            Days: 30, Least: 7, Most: 90,
            "As long as Idempotency-Keys: a batch that is sent again gets its results.",
            Removal.OfRows("sync_chunk", "created_at")),
        new("sync-conflicts", "Conflicts that were resolved.",
            Days: 365, Least: 30, Most: 1_826,
            "For a year a network can look its decisions up; then the audit trail tells them.",
            Removal.OfRows("sync_conflict", "resolved_at")),
        new("awaited-files", "Documents whose file was announced and never came.",
            Days: 7, Least: 1, Most: 90,
            "Data minimisation (GDPR, Art. 5(1)(c)): a title and a file's name, and nothing under them.",
            Removal.OfRows("record_document", "case when url is null and filed_at is null and withdrawn_at is null then recorded_at end")),
    ];
}
