using Insp1r.Membership.Access.Tokens;
using Insp1r.Testing;
using Insp1r.Testing.Stack;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Insp1r.Membership.Tests;

/// <summary>The service as it runs: its own Program on Kestrel, before a real database. There is no broker, which it has to bear.</summary>
internal sealed class MembershipApp : WebApplicationFactory<Program>
{
    public const string Issuer = "http://127.0.0.1:8080";
    private readonly string _database;
    private readonly (string Name, string Value)[] _settings;

    private MembershipApp(string database, int port, (string, string)[] settings)
    {
        (_database, _settings) = (database, settings);
        UseKestrel(port);
    }

    public Uri Address => ClientOptions.BaseAddress;

    public static MembershipApp Start(string database, params (string Name, string Value)[] settings) => StartAt(0, database, settings);

    /// <summary>At a port that is known beforehand, for who has to be told the address before.</summary>
    public static MembershipApp StartAt(int port, string database, params (string Name, string Value)[] settings)
    {
        var app = new MembershipApp(database, port, settings);
        app.StartServer();
        return app;
    }

    /// <summary>The API as a client with these grants, such as <c>steward@insp1r</c>, and all scopes.</summary>
    public Api As(string clientId, params string[] grants) => With(Token(clientId, grants, "read", "write", "sync", "operate"));

    public Api With(string token) => new(Address, new BearerHandler(token));

    public string Token(string clientId, string[] grants, params string[] scopes) =>
        Services.GetRequiredService<ServiceTokens>().Issue(clientId, grants, scopes, TimeSpan.FromMinutes(15), accessVersion: 1);

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Production");
        builder.UseSetting("ConnectionStrings:membershipdb", _database);
        builder.UseSetting("ConnectionStrings:rabbitmq", "amqp://nobody:nothing@127.0.0.1:9");
        builder.UseSetting("Authority:Issuer", Issuer);
        builder.UseSetting("Logging:LogLevel:Default", "Warning");
        builder.UseSetting("Logging:LogLevel:Insp1r.Messaging", "None");
        foreach (var (name, value) in _settings)
            builder.UseSetting(name, value);
    }
}
