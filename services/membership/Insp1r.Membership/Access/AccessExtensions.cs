using Insp1r.Membership.Access.Clients;
using Insp1r.Membership.Access.Tokens;
using Insp1r.Membership.Accounts;
using Insp1r.Membership.Persons;

namespace Insp1r.Membership.Access;

/// <summary>This service issues the platform's tokens.</summary>
internal static class AccessExtensions
{
    public static WebApplicationBuilder AddAccess(this WebApplicationBuilder builder)
    {
        builder.Services.AddAuthorizationServer();
        builder.Services.AddScoped<BuiltInApps>().AddScoped<DevelopmentClients>();
        builder.Services.AddSingleton<WithdrawnAccessList>();
        builder.Services.AddHostedService<AccessRefresh>();
        return builder;
    }

    /// <summary>After the migration and before any request: a key to sign with, nobody who was erased, and in Development clients to try it with.</summary>
    public static async Task PrepareAccessAsync(this WebApplication app, CancellationToken ct = default)
    {
        await app.Services.GetRequiredService<SigningKeyRing>().EnsureKeyAsync(ct);
        await app.Services.GetRequiredService<WithdrawnAccessList>().LoadAsync(ct);
        await using var scope = app.Services.CreateAsyncScope();
        if (app.Environment.IsDevelopment())
            await scope.ServiceProvider.GetRequiredService<DevelopmentClients>().EnsureAsync(ct);
        await scope.ServiceProvider.GetRequiredService<BuiltInApps>().EnsureAsync(ct);
        await scope.ServiceProvider.GetRequiredService<RepeatedErasures>().RunAsync(ct);
        await scope.ServiceProvider.GetRequiredService<FirstAccounts>().EnsureAsync(ct);
    }
}
