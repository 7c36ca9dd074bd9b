using Insp1r.Membership.Accounts.SigningIn;
using Insp1r.Membership.Mail;
using Insp1r.ServiceDefaults.Access;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Insp1r.Membership.Accounts;

/// <summary>People's accounts, the pages on which they sign in, and the mails that go with them.</summary>
internal static class AccountsExtensions
{
    public static WebApplicationBuilder AddAccounts(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        var protection = services.AddDataProtection().SetApplicationName("insp1r-membership");
        // Replicas read each other's cookies and links; the keys lie outside the database whose secrets they encrypt.
        if (builder.Configuration["DataProtection:Folder"] is { Length: > 0 } folder)
            protection.PersistKeysToFileSystem(Directory.CreateDirectory(folder));

        services.AddIdentityCore<Account>(identity =>
            {
                // What a password must be, PasswordRules says.
                identity.Password = new PasswordOptions { RequiredLength = 1, RequiredUniqueChars = 1, RequireDigit = false, RequireLowercase = false, RequireNonAlphanumeric = false, RequireUppercase = false };
                identity.Lockout.MaxFailedAccessAttempts = Credentials.MaxFailures;
                identity.Lockout.DefaultLockoutTimeSpan = Credentials.Lockout;
            })
            .AddUserStore<AccountStore>().AddPasswordValidator<PasswordRules>().AddLinkTokens();
        // There are no user names, and which address an account may have the invitation says.
        services.RemoveAll<IUserValidator<Account>>();
        services.Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = Credentials.HashRounds);

        services.AddScoped<Credentials>().AddScoped<Browser>().AddScoped<AccountAccess>().AddScoped<AccountErasure>().AddScoped<SignInFlow>().AddScoped<FirstAccounts>();
        services.AddCookies(builder.Configuration);
        services.AddRazorComponents();
        builder.AddExternalProvider();

        services.AddScoped<Mails>().AddSingleton<MailSignal>().AddSingleton<MailFolder>().AddSingleton<SmtpConnections>().AddHostedService<MailSender>();
        services.AddOptions<MailOptions>().BindConfiguration(MailOptions.Section)
            .Validate(mail => EmailAddress.IsValid(mail.From), "Mail:From must be an e-mail address alone.")
            .Validate(mail => mail.Host is null || mail.StartTls || mail.Host is "127.0.0.1" or "::1" or "localhost", "Mail:StartTls can only be off for a mail server on this machine.")
            .ValidateOnStart();
        return builder;
    }

    private static void AddCookies(this IServiceCollection services, IConfiguration configuration)
    {
        var isHttps = configuration.GetSection(AuthorityOptions.Section).Get<AuthorityOptions>()?.IsHttps == true;
        var authentication = services.AddAuthentication();
        foreach (var scheme in (string[])[Browser.SessionScheme, Browser.StepScheme])
        {
            authentication.AddCookie(scheme, options =>
            {
                options.Cookie.BindToThisHost(scheme, isHttps);
                options.SlidingExpiration = false;
            });
        }

        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.Cookie.Name = $"{(isHttps ? "__Host-" : "")}insp1r-form";
            antiforgery.Cookie.SecurePolicy = isHttps ? CookieSecurePolicy.Always : CookieSecurePolicy.None;
            // The gateway says so for every page.
            antiforgery.SuppressXFrameOptionsHeader = true;
        });
    }

    /// <summary>Browsers take and send the cookie for this host alone, and over TLS alone where there is TLS (RFC 6265bis, section 4.1.3).</summary>
    public static void BindToThisHost(this CookieBuilder cookie, string name, bool isHttps)
    {
        cookie.Name = $"{(isHttps ? "__Host-" : "")}insp1r-{name}";
        cookie.SecurePolicy = isHttps ? CookieSecurePolicy.Always : CookieSecurePolicy.None;
        cookie.HttpOnly = true;
        cookie.SameSite = SameSiteMode.Lax;
        cookie.Path = "/";
    }
}
