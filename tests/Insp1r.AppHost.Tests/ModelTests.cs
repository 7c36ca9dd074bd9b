using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Insp1r.AppHost.Servers;
using Insp1r.Platform;
using Insp1r.Testing.Stack;
using Npgsql;

namespace Insp1r.AppHost.Tests;

/// <summary>What runs, what each process is told, and what each may do.</summary>
public sealed class ModelTests(RunningPlatform platform) : IAsyncLifetime
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await platform.StartedAsync(Ct);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public void Replicas_HaveNamesAndAddressesOfTheirOwn()
    {
        string[] expected = ["postgres", "rabbitmq", "membership-1", "membership-2", "advocacy-1", "advocacy-2", "communications-1", "communications-2", "gateway"];

        Assert.Equal(expected, platform.Resources.Select(resource => resource.Name));
        Assert.Equal(expected.Length, platform.Resources.Select(resource => resource.Address).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(["membership-1", "membership-2"], platform.Resources.Where(resource => resource.Resource == "membership").Select(resource => resource.Name));
    }

    [Fact]
    public async Task Gateway_KnowsEachReplicaOfEachService()
    {
        var variables = await platform.VariablesAsync("gateway");

        foreach (var service in (string[])["membership", "advocacy", "communications"])
        {
            Assert.Equal(platform[$"{service}-1"].Address, variables[$"services__{service}__http__0"]);
            Assert.Equal(platform[$"{service}-2"].Address, variables[$"services__{service}__http__1"]);
        }
    }

    [Fact]
    public void Services_RunAsNoRoot()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root could run them as root.");

        foreach (var resource in platform.Resources)
        {
            var user = File.ReadLines($"/proc/{resource.Process!.ProcessId}/status").Single(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1];
            Assert.NotEqual("0", user);
        }
    }

    [Fact]
    public async Task Database_ServicesRole_ChangesRowsAndNoTables()
    {
        await using var connection = await OpenAsync((await platform.VariablesAsync("advocacy-1"))["ConnectionStrings__advocacydb"]);

        Assert.Equal("advocacy", await ScalarAsync(connection, "select current_user::text"));
        Assert.NotNull(await ScalarAsync(connection, "select count(*)::text from change_log"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await RefusalAsync(connection, "create table mine (id int)"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await RefusalAsync(connection, "drop table change_log"));
    }

    [Theory]
    [InlineData("ConnectionStrings__advocacydb")]
    [InlineData("ConnectionStrings__migrations")]
    public async Task Database_AnotherServicesRole_DoesNotGetIn(string variable)
    {
        var own = (await platform.VariablesAsync("advocacy-1"))[variable];

        var refused = await Assert.ThrowsAsync<PostgresException>(() => OpenAsync(new NpgsqlConnectionStringBuilder(own) { Database = "membership" }.ConnectionString));

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    [Fact]
    public async Task Broker_ServicesUser_PublishesNoEventOfAnother()
    {
        var broker = new Uri((await platform.VariablesAsync("advocacy-1"))["ConnectionStrings__rabbitmq"]);
        await using var connection = await new RabbitMQ.Client.ConnectionFactory { Uri = broker }.CreateConnectionAsync(Ct);
        await using var channel = await connection.CreateChannelAsync(new RabbitMQ.Client.CreateChannelOptions(true, true), Ct);

        var refused = await Assert.ThrowsAnyAsync<RabbitMQ.Client.Exceptions.OperationInterruptedException>(async () =>
        {
            await channel.BasicPublishAsync("membership.organisation-registered.v1", "", mandatory: false, new RabbitMQ.Client.BasicProperties(), new byte[] { 1 }, Ct);
            await channel.QueueDeclarePassiveAsync("communications.nodes", Ct);
        });

        Assert.Equal(403, refused.ShutdownReason!.ReplyCode);
    }

    [Fact]
    public void Broker_ErlangCookie_Has256RandomBits()
    {
        var cookie = File.ReadAllText(Path.Combine(platform.State.DataOf("rabbitmq"), ".erlang.cookie"));

        Assert.Matches("^[0-9a-f]{64}$", cookie);
        Assert.Equal(UnixFileMode.UserRead, File.GetUnixFileMode(Path.Combine(platform.State.DataOf("rabbitmq"), ".erlang.cookie")));
    }

    [Fact]
    public async Task Secrets_AreParametersMarkedSecret_AndTheOwnersAlone()
    {
        var parameters = platform.Application.Services.GetService(typeof(DistributedApplicationModel)) is DistributedApplicationModel model
            ? model.Resources.OfType<ParameterResource>().Where(parameter => parameter.Name.EndsWith("-password", StringComparison.Ordinal)).ToList() : [];

        Assert.NotEmpty(parameters);
        Assert.All(parameters, parameter => Assert.True(parameter.Secret));
        Assert.Equal(parameters.Count, (await Task.WhenAll(parameters.Select(async parameter => await parameter.GetValueAsync(Ct)))).Distinct(StringComparer.Ordinal).Count());
        Assert.All(Directory.GetFiles(platform.State.Secrets), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Fact]
    public void BrokerPermissions_OfAService_NameItsOwnItsSubscribersAndWhatItHears()
    {
        var permissions = BrokerPermissions.Of("advocacy");

        Assert.Matches((string)permissions["write"]!, "communications.announcements");
        Assert.Matches((string)permissions["write"]!, "advocacy.nodes_error");
        Assert.DoesNotMatch((string)permissions["write"]!, "membership.node-added.v1");
        Assert.DoesNotMatch((string)permissions["read"]!, "communications.persons");
        Assert.Matches((string)permissions["read"]!, "membership.node-added.v1");
        Assert.DoesNotMatch((string)permissions["configure"]!, "membership.person-erased.v1");
    }

    private static async Task<NpgsqlConnection> OpenAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        try
        {
            await connection.OpenAsync(Ct);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static async Task<string?> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (string?)await command.ExecuteScalarAsync(Ct);
    }

    private static async Task<string> RefusalAsync(NpgsqlConnection connection, string sql) =>
        (await Assert.ThrowsAsync<PostgresException>(() => ScalarAsync(connection, sql))).SqlState;
}
