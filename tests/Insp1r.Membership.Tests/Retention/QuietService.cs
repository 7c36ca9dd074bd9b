using System.Text.Json.Nodes;
using Insp1r.Testing.Stack;
using Npgsql;

namespace Insp1r.Membership.Tests.Retention;

/// <summary>A service of its own in which no replica relays, so that rules are applied when a test asks for it and at no other time.</summary>
public sealed class QuietService(Shared shared) : IAsyncLifetime
{
    private NpgsqlConnection? _relay;

    internal MembershipApp App { get; private set; } = null!;
    internal Api Operator { get; private set; } = null!;
    internal Api Steward { get; private set; } = null!;
    internal string Database { get; private set; } = "";

    private static CancellationToken Ct => CancellationToken.None;

    public async ValueTask InitializeAsync()
    {
        Database = await shared.Postgres.CreateDatabaseAsync($"quiet_{Guid.NewGuid():N}", Ct);
        _relay = new NpgsqlConnection($"{Database};Pooling=false");
        await _relay.OpenAsync(Ct);
        await using (var take = new NpgsqlCommand($"select pg_advisory_lock({0x696e73705f6c6f67})", _relay))
            await take.ExecuteNonQueryAsync(Ct);
        App = MembershipApp.Start(Database);
        Operator = App.As("operator", "operator@insp1r");
        Steward = App.As("steward", "steward@insp1r");
        (await Steward.PostAsync("/api/v1/organisations", new { node = "insp1r", name = "An organisation", country = "RW", types = (string[])["cooperative"] }, Ct)).Expect(201);
    }

    public async ValueTask DisposeAsync()
    {
        Operator.Dispose();
        Steward.Dispose();
        await App.DisposeAsync();
        await _relay!.DisposeAsync();
    }

    /// <summary>Applies the rules, and gives the report by class.</summary>
    internal async Task<Dictionary<string, JsonNode>> RunAsync() => ByClass(await Operator.PostAsync("/api/v1/operations/membership/retention/runs", null, Ct));

    internal async Task<Dictionary<string, JsonNode>> ReportAsync() => ByClass(await Operator.GetAsync("/api/v1/operations/membership/retention", Ct));

    internal static Dictionary<string, JsonNode> ByClass(Answer report) =>
        report.Expect(200).Json["rules"]!.AsArray().ToDictionary(line => (string)line!["class"]!, line => line!, StringComparer.Ordinal);

    internal async Task<Guid> PersonAsync(string name, string? email = null) =>
        (await Steward.PostAsync("/api/v1/persons", new { node = "insp1r", name, email, language = "en" }, Ct)).Expect(201).Id;

    internal async Task<Guid> InviteAsync(string email) =>
        (await Steward.PostAsync("/api/v1/accounts", new { personId = await PersonAsync("Invited", email), grants = (string[])["reader@insp1r"] }, Ct)).Expect(201).Id;

    internal async Task ExecuteAsync(string sql, params object[] values)
    {
        await using var connection = new NpgsqlConnection(Database);
        await connection.OpenAsync(Ct);
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync(Ct);
    }

    internal Task<T> ScalarAsync<T>(string sql, params object[] values) => Shared.ScalarOfAsync<T>(Database, sql, Ct, values);
}
