using Insp1r.AppHost;
using Insp1r.AppHost.Commands;
using Insp1r.AppHost.Running;
using Insp1r.AppHost.Servers;
using Microsoft.Extensions.Configuration;

SmallMachine.Apply();
var builder = DistributedApplication.CreateBuilder(args);
var replicas = builder.Configuration.GetValue("Parameters:replicas", 1);
var demo = builder.Configuration.GetValue("Parameters:demo", true);
var installation = builder.AddPlatform();
var state = installation.State;

var postgres = builder.AddPostgresServer("postgres", installation);
var rabbitmq = builder.AddBroker("rabbitmq", installation);
var membershipDb = postgres.AddServiceDatabase("membershipdb", "membership");
var advocacyDb = postgres.AddServiceDatabase("advocacydb", "advocacy");
var communicationsDb = postgres.AddServiceDatabase("communicationsdb", "communications");
var membershipUser = rabbitmq.AddBrokerUser("membership");
var advocacyUser = rabbitmq.AddBrokerUser("advocacy");
var communicationsUser = rabbitmq.AddBrokerUser("communications");

var membership = builder.AddService<Projects.Insp1r_Membership>("membership", installation, replicas, service => service
    .WithOperatorCommands("membership", installation)
    .WithDatabase(membershipDb).WithBroker(rabbitmq, membershipUser)
    .WithAnnotation(new StateOf("membership", installation.ServiceUser))
    .WithEnvironment("DevelopmentClients__File", state.DevelopmentClients)
    .WithEnvironment("DevelopmentAccounts__File", state.DevelopmentAccounts)
    .WithEnvironment("DataProtection__Folder", state.DataProtection)
    .WithEnvironment("Erasures__File", state.ErasedPersons)
    .WithEnvironment("Mail__Folder", state.Mail));

var advocacy = builder.AddService<Projects.Insp1r_Advocacy>("advocacy", installation, replicas, service => service
    .WithOperatorCommands("advocacy", installation)
    .WithDatabase(advocacyDb).WithBroker(rabbitmq, advocacyUser).WithReference(membership));

var communications = builder.AddService<Projects.Insp1r_Communications>("communications", installation, replicas, service => service
    .WithOperatorCommands("communications", installation)
    .WithDatabase(communicationsDb).WithBroker(rabbitmq, communicationsUser).WithReference(membership));

// For the export of a person it asks what the others hold; it waits for none of them.
foreach (var replica in membership.Replicas)
    replica.WithReference(communications);

var gateway = builder.AddService<Projects.Insp1r_Gateway>("gateway", installation, replicas: 1, service => service
    .WithReference(membership).WithReference(advocacy).WithReference(communications)
    .WithEndpoint("http", endpoint => (endpoint.Port, endpoint.TargetPort) = (installation.Port, installation.Port))
    .WithExternalHttpEndpoints().WithUrlForEndpoint("http", url => url.DisplayText = "INSP!R"));

if (demo)
{
    builder.AddProject<Projects.Insp1r_DemoData>("demo-data").RunBuiltOutput(installation)
        .WithReference(gateway).WaitFor(gateway).WaitFor(membership).WaitFor(advocacy).WaitFor(communications)
        .WithEnvironment("DevelopmentClients__File", state.DevelopmentClients)
        .WithAnnotation(new Care("demo-data", "project") { EndsByItself = true })
        .WithResetCommand(postgres, rabbitmq, installation, membership, advocacy, communications);
}

return await builder.Build().RunPlatformAsync();
