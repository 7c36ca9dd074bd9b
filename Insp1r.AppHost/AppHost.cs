using Microsoft.Extensions.Configuration;

var builder = DistributedApplication.CreateBuilder(args);
var replicas = builder.Configuration.GetValue("Parameters:replicas", 1);
var demo = builder.Configuration.GetValue("Parameters:demo", true);
var port = builder.Configuration.GetValue("INSP1R_PORT", 8080);
var address = builder.Configuration["INSP1R_ADDRESS"] ?? $"http://127.0.0.1:{port}";
var state = builder.Configuration["INSP1R_STATE"]
    ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state", "insp1r");

var postgres = builder.AddPostgres("postgres").WithDataVolume().WithLifetime(ContainerLifetime.Persistent);
var rabbitmq = builder.AddRabbitMQ("rabbitmq").WithDataVolume().WithManagementPlugin().WithLifetime(ContainerLifetime.Persistent);
var membershipDb = postgres.AddDatabase("membershipdb", "membership");
var advocacyDb = postgres.AddDatabase("advocacydb", "advocacy");
var communicationsDb = postgres.AddDatabase("communicationsdb", "communications");

// No service waits for the broker: it takes writes without one and sends the events later.
var membership = builder.AddProject<Projects.Insp1r_Membership>("membership")
    .WithReference(membershipDb).WaitFor(membershipDb).WithReference(rabbitmq)
    .WithEnvironment("Authority__Issuer", address)
    .WithEnvironment("DevelopmentClients__File", Path.Combine(state, "development-clients.json"))
    .WithEnvironment("DevelopmentAccounts__File", Path.Combine(state, "development-accounts.json"))
    .WithEnvironment("DataProtection__Folder", Path.Combine(state, "data-protection"))
    .WithEnvironment("Erasures__File", Path.Combine(state, "erased-persons"))
    .WithEnvironment("Mail__Folder", Path.Combine(state, "mail"))
    .WithHttpHealthCheck("/health/ready").WithReplicas(replicas);

var advocacy = builder.AddProject<Projects.Insp1r_Advocacy>("advocacy")
    .WithReference(advocacyDb).WaitFor(advocacyDb).WithReference(rabbitmq).WithReference(membership)
    .WithEnvironment("Authority__Issuer", address)
    .WithHttpHealthCheck("/health/ready").WithReplicas(replicas);

var communications = builder.AddProject<Projects.Insp1r_Communications>("communications")
    .WithReference(communicationsDb).WaitFor(communicationsDb).WithReference(rabbitmq).WithReference(membership)
    .WithEnvironment("Authority__Issuer", address)
    .WithHttpHealthCheck("/health/ready").WithReplicas(replicas);

// For the export of a person it asks what the others hold; it waits for none of them.
membership.WithReference(communications);

var gateway = builder.AddProject<Projects.Insp1r_Gateway>("gateway")
    .WithReference(membership).WithReference(advocacy).WithReference(communications)
    .WithEnvironment("Authority__Issuer", address)
    .WithHttpEndpoint(port: port, name: "http")
    .WithHttpHealthCheck("/health/ready")
    .WithExternalHttpEndpoints().WithUrlForEndpoint("http", url => url.DisplayText = "INSP!R");

if (demo)
{
    builder.AddProject<Projects.Insp1r_DemoData>("demo-data")
        .WithReference(gateway).WaitFor(gateway).WaitFor(membership).WaitFor(advocacy).WaitFor(communications)
        .WithEnvironment("DevelopmentClients__File", Path.Combine(state, "development-clients.json"));
}

builder.Build().Run();
