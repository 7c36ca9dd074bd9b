using Insp1r.Advocacy.Campaigns;
using Insp1r.Advocacy.Data;
using Insp1r.Advocacy.Demands;
using Insp1r.Advocacy.Network;
using Insp1r.Advocacy.Outcomes;
using Insp1r.Advocacy.TargetBodies;
using Insp1r.Contracts;
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
builder.AddMessaging<AdvocacyDb>("advocacy", consumers => consumers
    .Replica<INodeEvent, NetworkNodeReplica>(Subscriptions.AdvocacyNodes)
    .Replica<IOrganisationEvent, MemberOrganisationReplica>(Subscriptions.AdvocacyOrganisations));
builder.Services.AddSubstantiation();

var app = builder.Build();
app.UseServiceDefaults();
app.UseIdempotency<AdvocacyDb>();

var api = app.MapApi();
api.MapTargetBodies();
api.MapCampaigns();
api.MapDemands();
api.MapOutcomes();
api.MapChangeFeed("advocacy");
api.MapAudit("advocacy");
api.MapOperations("advocacy");

await app.MigrateAsync<AdvocacyDb>();
await app.AddKnownTargetBodiesAsync();
await app.RunAsync();
