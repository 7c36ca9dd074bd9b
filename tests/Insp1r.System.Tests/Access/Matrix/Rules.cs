namespace Insp1r.System.Tests.Access.Matrix;

/// <summary>Where the role of a rule has to lie.</summary>
internal enum Place
{
    /// <summary>At the record's node or above it.</summary>
    Node,

    /// <summary>Anywhere: the list has what lies in the caller's own subtrees, and nothing else.</summary>
    List,

    /// <summary>Anywhere: the batch is taken, and each item of another node is refused in its own result.</summary>
    Batch,

    /// <summary>Anywhere: what every such caller may.</summary>
    Anywhere,

    /// <summary>At the root of the network.</summary>
    Root,

    /// <summary>Nowhere: it is open, also without a token.</summary>
    Open,
}

/// <summary>Who may call an operation.</summary>
internal sealed record Rule(Place Place, string Role, string Scope)
{
    /// <summary>A query that makes a list complete.</summary>
    public string Query { get; init; } = "";

    /// <summary>A refusal of the handler's own that says that it was reached.</summary>
    public string? Also { get; init; }

    /// <summary>Tried by one caller who may: it is dear, and each would do the same.</summary>
    public bool Once { get; init; }
}

/// <summary>
/// Who may what, by the name of the operation. Written by hand, and not read from the services: it is what they are held against. An
/// operation that is not here, and an entry without its operation, fail the test.
/// </summary>
internal static class Rules
{
    private static readonly (string Operation, Rule Rule)[] Table =
    [
        ("IssueToken", Open),
        ("PushAuthorizationRequest", Open),
        ("AuthorizeDevice", Open with { Also = "invalid_client" }),
        ("IntrospectToken", Open),
        ("RevokeToken", Open),
        // The protocol's own refusals: a client's token names nobody.
        ("ReadUserInfo", Open with { Also = "/problems/http" }),
        ("ReadDiscovery", Open),
        ("ReadPublicKeys", Open),
        ("ReadDirectory", Open),

        ("ListNodes", Anywhere("reader")),
        ("ReadNode", Anywhere("reader")),
        ("ReadNodeByPath", Anywhere("reader")),
        ("AddNode", Node("steward", "write")),
        ("ChangeNode", Node("steward", "write")),

        ("ListOrganisations", List("reader")),
        ("ReadOrganisation", Node("reader")),
        ("ReadOrganisationByExternalId", Node("reader")),
        ("SearchOrganisations", List("reader") with { Query = "?q=Second" }),
        ("ListDuplicates", List("contributor") with { Query = "?minScore=0" }),
        ("DismissDuplicate", Node("contributor", "write")),
        ("ListDismissals", List("contributor")),
        ("WithdrawDismissal", Node("contributor", "write")),
        ("MergeOrganisations", Node("steward", "write")),
        ("ListMerges", List("steward")),
        ("UndoMerge", Node("steward", "write")),
        ("ListAffiliations", List("reader")),
        ("CountMembers", Anywhere("reader")),
        ("ListOrganisationAffiliations", Node("reader")),
        ("ListAffiliationMoves", Node("reader")),
        ("RegisterOrganisation", Node("contributor", "write")),
        ("ChangeOrganisation", Node("contributor", "write")),
        // Whoever keeps contacts notes an application; that somebody is a member is a steward's to record.
        ("StartAffiliation", Node("contributor", "write")),
        ("MoveAffiliation", Node("steward", "write")),
        ("RevokeAffiliationMove", Node("steward", "write")),
        ("CorrectAffiliation", Node("steward", "write")),
        ("ListServices", List("reader")),
        ("ListOrganisationServices", Node("reader")),
        ("ReadService", Node("reader")),
        ("RecordService", Node("contributor", "write")),
        ("ChangeService", Node("contributor", "write")),
        ("WithdrawService", Node("contributor", "write")),
        ("SumStrength", Anywhere("reader")),
        ("ListStrength", Node("reader")),
        ("ReadStrength", Node("reader")),
        ("RecordStrength", Node("contributor", "write")),
        ("CorrectStrength", Node("contributor", "write")),
        ("WithdrawStrength", Node("contributor", "write")),
        ("ListFigures", Anywhere("reader")),
        ("ReadFigure", Anywhere("reader")),
        ("RecordFigure", Node("contributor", "write")),
        ("CorrectFigure", Node("contributor", "write")),
        ("WithdrawFigure", Node("contributor", "write")),
        ("ReadOrganisationHistory", Node("reader")),
        ("ReadAffiliationHistory", Node("reader")),
        ("ReadNodeHistory", Anywhere("reader")),
        ("ReadServiceHistory", Node("reader")),
        ("ReadBodyHistory", Node("reader")),
        ("ReadPersonHistory", Node("steward")),
        ("ReadCampaignHistory", Node("reader")),
        ("ReadDemandHistory", Node("reader")),
        ("ReadOutcomeHistory", Node("reader")),
        ("ListComments", Node("reader")),
        ("AddComment", Node("contributor", "write")),
        ("WithdrawComment", Node("contributor", "write") with { Also = "/problems/forbidden" }),
        ("ListNodeComments", Node("reader")),
        ("AddNodeComment", Node("contributor", "write")),
        ("WithdrawNodeComment", Node("contributor", "write") with { Also = "/problems/forbidden" }),
        ("ListDocuments", Node("reader")),
        ("AddDocument", Node("contributor", "write")),
        ("ReadDocument", Node("reader")),
        ("SendDocumentFile", Node("contributor", "write")),
        ("ReadDocumentFile", Node("reader")),
        ("WithdrawDocument", Node("contributor", "write") with { Also = "/problems/forbidden" }),
        // Which networks there are is public, and so is what of theirs is not sensitive.
        ("ListNodeDocuments", Anywhere("reader")),
        ("AddNodeDocument", Node("contributor", "write")),
        ("ReadNodeDocument", Node("reader")),
        ("SendNodeDocumentFile", Node("contributor", "write")),
        ("ReadNodeDocumentFile", Node("reader")),
        ("WithdrawNodeDocument", Node("contributor", "write") with { Also = "/problems/forbidden" }),

        ("CountWork", List("contributor")),
        ("ListIncomplete", List("contributor")),
        ("ListStale", List("contributor")),
        ("ListWaiting", List("contributor")),
        ("ConfirmOrganisation", Node("contributor", "write")),

        ("ListBodies", Node("reader")),
        ("ReadBody", Node("reader")),
        ("ListMandates", Node("reader")),
        ("ListDecisions", Node("reader")),
        ("ReadDecision", Node("reader")),
        ("AddBody", Node("steward", "write")),
        ("ChangeBody", Node("steward", "write")),
        ("EndMandate", Node("steward", "write")),
        ("RecordDecision", Node("steward", "write")),

        ("ListPersons", List("reader")),
        ("ReadPerson", Node("reader")),
        ("ListPersonRoles", Node("reader")),
        ("ListConsents", Node("contributor")),
        ("RecordPerson", Node("contributor", "write")),
        ("ChangePerson", Node("contributor", "write")),
        ("AddPersonRole", Node("contributor", "write")),
        ("EndPersonRole", Node("contributor", "write")),
        ("RecordConsent", Node("contributor", "write")),
        ("WithdrawConsent", Node("contributor", "write")),
        ("PublishPerson", Node("steward", "write")),
        ("ExportPerson", Node("steward")),
        ("ErasePerson", Node("steward", "write") with { Also = "/problems/erased" }),
        ("ListConsentWordings", Anywhere("reader")),
        ("ReadConsentWording", Anywhere("reader")),
        ("PublishConsentWording", Root("steward", "write")),

        ("PushBatch", new(Place.Batch, "contributor", "sync")),
        ("ImportMembers", Node("contributor", "sync")),
        ("ListSyncConflicts", List("contributor") with { Query = "?state=all" }),
        ("ReadSyncConflict", Node("contributor")),
        ("ResolveSyncConflict", Node("contributor", "sync")),
        ("ReadSyncStatus", List("reader")),

        ("ListClients", List("steward")),
        ("ReadClient", Node("steward")),
        ("AddClient", Node("steward", "write")),
        ("ChangeClient", Node("steward", "write")),
        ("RotateClientSecret", Node("steward", "write")),
        ("RevokeClient", Node("steward", "write")),

        ("ListAccounts", List("steward")),
        ("ReadAccount", Node("steward")),
        ("InviteAccount", Node("steward", "write")),
        ("GiveGrant", Node("steward", "write")),
        ("EndGrant", Node("steward", "write")),
        ("InviteAgain", Node("steward", "write")),
        ("RecoverAccount", Node("steward", "write")),
        ("EndSessions", Node("steward", "write")),
        ("CloseAccount", Node("steward", "write")),
        ("ListOverrides", List("steward")),
        ("EndOverride", Node("steward", "write")),
        // The callers here are clients, and a client has no reasons.
        ("OpenOverride", Anywhere("steward", "write") with { Also = "/problems/override-for-people" }),

        ("ListTargetBodies", Anywhere("reader")),
        ("GetTargetBody", Anywhere("reader")),
        ("AddTargetBody", Node("steward", "write")),
        ("ListCampaigns", List("reader")),
        ("GetCampaign", Node("reader")),
        ("RecordCampaign", Node("contributor", "write")),
        ("ChangeCampaign", Node("contributor", "write")),
        ("ListDemands", List("reader")),
        ("GetDemand", Node("reader")),
        ("RecordDemand", Node("contributor", "write")),
        ("ChangeDemand", Node("contributor", "write")),
        ("ListOutcomes", List("reader")),
        ("GetOutcome", Node("reader")),
        ("ListSubstantiations", Node("reader")),
        ("RecordOutcome", Node("contributor", "write")),
        ("ChangeOutcome", Node("contributor", "write")),
        ("SubmitOutcome", Node("contributor", "write")),
        // The node is the one that speaks; the outcome is another network's.
        ("SubstantiateOutcome", Node("contributor", "write")),

        ("ListAnnouncements", List("reader")),
        ("GetAnnouncement", Node("reader")),
        ("ChangeAnnouncement", Node("contributor", "write")),
        ("ReleaseAnnouncement", Node("sender", "write")),
        ("WithdrawAnnouncement", Node("sender", "write")),
        ("ListEvents", Anywhere("reader")),
        ("GetEvent", Anywhere("reader")),
        ("RecordEvent", Node("contributor", "write")),
        ("ChangeEvent", Node("contributor", "write")),

        ("ListSigningKeys", Operate),
        ("RotateSigningKey", Operate),
        ("ReadErrorsMembership", Operate with { Also = "/problems/not-found" }),
        ("ReplayErrorsMembership", Operate with { Also = "/problems/not-found" }),
        ("ReadErrorsAdvocacy", Operate),
        ("ReplayErrorsAdvocacy", Operate),
        ("ReadErrorsCommunications", Operate),
        ("ReplayErrorsCommunications", Operate),
        .. OfEachService("Membership"),
        .. OfEachService("Advocacy"),
        .. OfEachService("Communications"),
    ];

    public static readonly IReadOnlyDictionary<string, Rule> All = Table.ToDictionary(entry => entry.Operation, entry => entry.Rule, StringComparer.Ordinal);

    private static Rule Open => new(Place.Open, "", "");

    // The system is one: who looks after a part of it looks after all.
    private static Rule Operate => Anywhere("operator", "operate");

    private static Rule Node(string role, string scope = "read") => new(Place.Node, role, scope);

    private static Rule List(string role) => new(Place.List, role, "read");

    private static Rule Anywhere(string role, string scope = "read") => new(Place.Anywhere, role, scope);

    private static Rule Root(string role, string scope = "read") => new(Place.Root, role, scope);

    private static (string, Rule)[] OfEachService(string service) =>
    [
        ($"ReadChangesOf{service}", List("reader") with { Query = "?limit=1000" }),
        ($"ListAudit{service}", List("steward")),
        ($"ExportAudit{service}", List("steward")),
        ($"VerifyAudit{service}", Root("steward")),
        ($"ReadLogState{service}", Operate),
        ($"ReplayLog{service}", Operate),
        ($"MarkRestored{service}", Operate with { Once = true }),
        ($"ListDeadRows{service}", Operate),
        ($"ReadRetention{service}", Operate),
        ($"RunRetention{service}", Operate with { Once = true }),
        ($"RetryDeadRows{service}", Operate),
        ($"CountErrors{service}", Operate),
    ];
}
