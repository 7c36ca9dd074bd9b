using Insp1r.Membership;
using Insp1r.Membership.Access;
using Insp1r.Membership.Access.Clients;
using Insp1r.Membership.Accounts;
using Insp1r.Membership.Apps;
using Insp1r.Membership.Data;
using Insp1r.Membership.Nodes;
using Insp1r.Membership.Organisations;
using Insp1r.Membership.Persons;
using Insp1r.Membership.Sync;
using Insp1r.Messaging;
using Insp1r.Messaging.Audit;
using Insp1r.Messaging.Feed;
using Insp1r.Messaging.Operations;
using Insp1r.Messaging.Retention;
using Insp1r.ServiceDefaults;
using Insp1r.ServiceDefaults.Idempotency;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddMessaging<MembershipDb>("membership");
builder.AddAccess();
builder.AddAccounts();
builder.AddPersons();
builder.Services.AddSingleton<NodeDirectory>();
builder.AddRetention(MembershipRetention.Rules);

var app = builder.Build();
app.UseServiceDefaults();
app.UseIdempotency<MembershipDb>();

app.MapTokens();
app.MapAccountPages();
var api = app.MapApi();
api.MapClients();
api.MapSigningKeys();
api.MapAccounts();
api.MapApps();
api.MapNodes();
api.MapOrganisations();
api.MapPersons();
api.MapSync();
api.MapChangeFeed("membership");
api.MapAudit("membership");
api.MapOperations("membership");

await app.MigrateAsync<MembershipDb>();
await app.PrepareAccessAsync();
await app.RunAsync();
