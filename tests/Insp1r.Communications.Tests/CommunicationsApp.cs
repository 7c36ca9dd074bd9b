using Insp1r.ServiceDefaults.Access;
using Insp1r.Testing;
using Insp1r.Testing.Stack;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Insp1r.Communications.Tests;

/// <summary>The service as it runs: its own Program on Kestrel, with a real database and a real broker.</summary>
internal sealed class CommunicationsApp : WebApplicationFactory<Program>
{
    private readonly TestTokens _tokens = new();
    private readonly string _database;
    private readonly Uri _broker;
    private readonly (string Name, string Value)[] _settings;

    private CommunicationsApp(string database, Uri broker, (string Name, string Value)[] settings)
    {
        (_database, _broker, _settings) = (database, broker, settings);
        UseKestrel(port: 0);
    }

    public static CommunicationsApp Start(string database, Uri broker, params (string Name, string Value)[] settings)
    {
        var app = new CommunicationsApp(database, broker, settings);
        app.StartServer();
        app._tokens.Register(app.Services.GetRequiredService<SigningKeys>());
        return app;
    }

    /// <summary>The API as a client with these grants, such as <c>steward@insp1r</c>, and all scopes.</summary>
    public Api As(params string[] grants) => new(ClientOptions.BaseAddress, new BearerHandler(_tokens.Issue("test", grants, Scopes.All)));

    /// <summary>The API as another service of the platform.</summary>
    public Api AsService(params string[] grants) => new(ClientOptions.BaseAddress, new BearerHandler(_tokens.Issue("membership", grants, Scopes.Internal)));

    public Api Anonymous => new(ClientOptions.BaseAddress, new SocketsHttpHandler { UseProxy = false });

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Production");
        builder.UseSetting("ConnectionStrings:communicationsdb", _database);
        builder.UseSetting("ConnectionStrings:rabbitmq", _broker.ToString());
        builder.UseSetting("Authority:Issuer", TestTokens.Issuer);
        builder.UseSetting("Authority:Jwks", "http://127.0.0.1:9/");
        builder.UseSetting("Logging:LogLevel:Default", "Error");
        builder.UseSetting("Logging:LogLevel:MassTransit", "None");
        foreach (var (name, value) in _settings)
            builder.UseSetting(name, value);
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
            _tokens.Dispose();
    }
}
