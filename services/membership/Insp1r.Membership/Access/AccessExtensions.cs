using Insp1r.Membership.Accounts;
using Insp1r.Membership.Persons;

namespace Insp1r.Membership.Access;

/// <summary>This service issues the platform's tokens.</summary>
internal static class AccessExtensions
{
    public static WebApplicationBuilder AddAccess(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ClientStore>();
        builder.Services.AddSingleton<TokenSigning>();
        builder.Services.AddSingleton<DevelopmentClients>();
        builder.Services.AddSingleton<WithdrawnAccessList>();
        builder.Services.AddHostedService<AccessRefresh>();
        return builder;
    }

    /// <summary>After the migration and before any request: a key to sign with, nobody who was erased, and in Development clients to try it with.</summary>
    public static async Task PrepareAccessAsync(this WebApplication app, CancellationToken ct = default)
    {
        await app.Services.GetRequiredService<TokenSigning>().EnsureKeyAsync(ct);
        await app.Services.GetRequiredService<WithdrawnAccessList>().LoadAsync(ct);
        if (app.Environment.IsDevelopment())
            await app.Services.GetRequiredService<DevelopmentClients>().EnsureAsync(ct);
        await using var scope = app.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<RepeatedErasures>().RunAsync(ct);
        await scope.ServiceProvider.GetRequiredService<FirstAccounts>().EnsureAsync(ct);
    }
}
