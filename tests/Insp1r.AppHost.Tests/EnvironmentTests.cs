using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Insp1r.NativeHosting;

namespace Insp1r.AppHost.Tests;

public sealed class EnvironmentTests : IDisposable
{
    private readonly Model _model = new();

    public void Dispose() => _model.Dispose();

    [Fact]
    public async Task Reference_Database_GivesConnectionStringAndItsParts()
    {
        var server = _model.Builder.AddPostgres("postgres");
        var database = server.AddDatabase("membershipdb", "membership");
        var project = _model.AddProject("membership").WithReference(database);

        var variables = (await _model.VariablesAsync(project))[0];

        var port = server.Resource.PrimaryEndpoint.Port;
        var password = server.Resource.PasswordParameter.ResolvedValue;
        Assert.Equal(
            $"Host=127.0.0.1;Port={port};Username=postgres;Password={password};Database=membership", variables["ConnectionStrings__membershipdb"]);
        Assert.Equal("127.0.0.1", variables["MEMBERSHIPDB_HOST"]);
        Assert.Equal($"{port}", variables["MEMBERSHIPDB_PORT"]);
        Assert.Equal("postgres", variables["MEMBERSHIPDB_USERNAME"]);
        Assert.Equal(password, variables["MEMBERSHIPDB_PASSWORD"]);
        Assert.Equal($"postgresql://postgres:{password}@127.0.0.1:{port}/membership", variables["MEMBERSHIPDB_URI"]);
        Assert.Equal($"jdbc:postgresql://127.0.0.1:{port}/membership", variables["MEMBERSHIPDB_JDBCCONNECTIONSTRING"]);
        Assert.Equal("membership", variables["MEMBERSHIPDB_DATABASENAME"]);
    }

    [Fact]
    public async Task Reference_Broker_GivesConnectionStringAndItsParts()
    {
        var broker = _model.Builder.AddRabbitMQ("rabbitmq").WithManagementPlugin();
        var project = _model.AddProject("membership").WithReference(broker);

        var variables = (await _model.VariablesAsync(project))[0];

        var password = broker.Resource.PasswordParameter.ResolvedValue;
        var uri = $"amqp://guest:{password}@127.0.0.1:{broker.Resource.PrimaryEndpoint.Port}";
        Assert.Equal(uri, variables["ConnectionStrings__rabbitmq"]);
        Assert.Equal(uri, variables["RABBITMQ_URI"]);
        Assert.Equal("guest", variables["RABBITMQ_USERNAME"]);
    }

    [Fact]
    public async Task Reference_Service_GivesItsOneAddressWhateverTheReplicas()
    {
        var membership = _model.AddProject("membership").WithReplicas(2);
        var caller = _model.AddProject("advocacy").WithReference(membership);

        var variables = (await _model.VariablesAsync(caller))[0];

        var url = membership.GetEndpoint("http").Url;
        Assert.Equal(url, variables["services__membership__http__0"]);
        Assert.Equal(url, variables["MEMBERSHIP_HTTP"]);
    }

    [Fact]
    public async Task Project_OneReplica_ListensOnTheStableAddressItself()
    {
        var project = _model.AddProject("membership");

        var variables = Assert.Single(await _model.VariablesAsync(project));

        Assert.Equal(project.GetEndpoint("http").Url, variables["ASPNETCORE_URLS"]);
        Assert.NotEqual("http://127.0.0.1:5101", variables["ASPNETCORE_URLS"]);
        Assert.Equal("Development", variables["ASPNETCORE_ENVIRONMENT"]);
        Assert.Equal("http", variables["DOTNET_LAUNCH_PROFILE"]);
        Assert.Equal("membership", variables["OTEL_SERVICE_NAME"]);
        Assert.Equal("service.instance.id=membership", variables["OTEL_RESOURCE_ATTRIBUTES"]);
    }

    [Fact]
    public async Task Project_Replicas_ListenBesideTheStableAddressUnderOneName()
    {
        var project = _model.AddProject("membership").WithReplicas(2);

        var replicas = await _model.VariablesAsync(project);

        Assert.Equal(3, replicas.Select(r => r["ASPNETCORE_URLS"]).Append(project.GetEndpoint("http").Url).Distinct().Count());
        Assert.All(replicas, r => Assert.Equal("membership", r["OTEL_SERVICE_NAME"]));
        Assert.Equal(
            ["service.instance.id=membership-1", "service.instance.id=membership-2"], replicas.Select(r => r["OTEL_RESOURCE_ATTRIBUTES"]));
    }

    [Fact]
    public async Task Endpoint_PortOfTheModel_IsUsedAsItIs()
    {
        var port = new PortBook(_model.State).Get("any that is free");
        var gateway = _model.AddProject("gateway").WithHttpEndpoint(port: port, name: "http");

        var variables = (await _model.VariablesAsync(gateway))[0];

        Assert.Equal($"http://127.0.0.1:{port}", variables["ASPNETCORE_URLS"]);
        Assert.Single(gateway.Resource.Annotations.OfType<EndpointAnnotation>());
    }

    [Fact]
    public async Task Model_SetsAVariableOfItsOwn_ItHasTheLastWord()
    {
        var gateway = _model.AddProject("gateway");
        var password = _model.Builder.AddParameter("password", "secret one", secret: true);
        var project = _model.AddProject("membership")
            .WithEnvironment("ASPNETCORE_ENVIRONMENT", "Staging")
            .WithEnvironment("Gateway", gateway.GetEndpoint("http"))
            .WithEnvironment("Password", password)
            .WithEnvironment("Later", () => "called");

        var variables = (await _model.VariablesAsync(project))[0];

        Assert.Equal("Staging", variables["ASPNETCORE_ENVIRONMENT"]);
        Assert.Equal(gateway.GetEndpoint("http").Url, variables["Gateway"]);
        Assert.Equal("secret one", variables["Password"]);
        Assert.Equal("called", variables["Later"]);
    }

    [Fact]
    public async Task Telemetry_NobodyListens_NothingIsSaidAboutExport()
    {
        var project = _model.AddProject("membership");

        var quiet = (await _model.VariablesAsync(project))[0];
        var heard = (await _model.VariablesAsync(project, ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4317")))[0];

        Assert.DoesNotContain(quiet.Keys, k => k.StartsWith("OTEL_EXPORTER", StringComparison.Ordinal) || k == "OTEL_BSP_SCHEDULE_DELAY");
        Assert.Equal("1000", heard["OTEL_BSP_SCHEDULE_DELAY"]);
    }
}
