using Insp1r.Communications.Announcements;
using Insp1r.Communications.Data;
using Insp1r.Communications.Events;
using Insp1r.Communications.Network;
using Insp1r.Communications.Persons;
using Insp1r.Contracts;
using Insp1r.Contracts.Advocacy;
using Insp1r.Contracts.Membership;
using Insp1r.Messaging;
using Insp1r.Messaging.Audit;
using Insp1r.Messaging.Feed;
using Insp1r.Messaging.Operations;
using Insp1r.ServiceDefaults;
using Insp1r.ServiceDefaults.Idempotency;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.Services.AddAuthority();
builder.AddMessaging<CommunicationsDb>("communications", consumers => consumers
    .Replica<INodeEvent, NetworkNodeReplica>(Subscriptions.CommunicationsNodes)
    .Replica<IOrganisationEvent, MemberOrganisationReplica>(Subscriptions.CommunicationsOrganisations)
    .Effect<OutcomeSubstantiated, DraftAnnouncements>(Subscriptions.CommunicationsAnnouncements)
    .Effect<PersonErased, ErasePerson>(Subscriptions.CommunicationsPersons)
    .Effect<IPersonSightEvent, HidePerson>(Subscriptions.CommunicationsHiddenPersons));
builder.Services.AddDrafting();

var app = builder.Build();
app.UseServiceDefaults();
app.UseIdempotency<CommunicationsDb>();

app.MapPersonalData();
var api = app.MapApi();
api.MapAnnouncements();
api.MapPublicEvents();
api.MapChangeFeed("communications");
api.MapAudit("communications");
api.MapOperations("communications");

await app.MigrateAsync<CommunicationsDb>();
await app.RunAsync();
