using Insp1r.Membership.Accounts.Keeping;
using Insp1r.Membership.Accounts.Pages;
using Insp1r.Membership.Accounts.SigningIn;
using Insp1r.Membership.Overrides;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Idempotency;

namespace Insp1r.Membership.Accounts;

/// <summary>The API by which stewards keep accounts, and the pages on which people sign in and keep their own.</summary>
internal static class AccountRoutes
{
    public static void MapAccounts(this IEndpointRouteBuilder api)
    {
        // Their answers hold addresses of people: none is kept for an Idempotency-Key. Asked twice, each does nothing the second time.
        var accounts = api.MapGroup("/accounts").WithTags("Accounts").WithMetadata(new SecretAnswer());
        accounts.MapPost("/", InviteAccount.HandleAsync).WithName("InviteAccount").WithSummary("Invite a person")
            .WithDescription("The person gets a mail with a link, which lasts seven days, and chooses the password.").Requires(Role.Steward, Scopes.Write);
        accounts.MapGet("/", ReadAccounts.ListAsync).WithName("ListAccounts").WithSummary("The accounts of people of your nodes").Requires(Role.Steward, Scopes.Read);
        accounts.MapGet("/{id:guid}", ReadAccounts.OneAsync).WithName("ReadAccount").WithSummary("One account").Requires(Role.Steward, Scopes.Read);
        accounts.MapPost("/{id:guid}/grants", KeepGrants.GiveAsync).WithName("GiveGrant").WithSummary("Let a person do more")
            .WithDescription("The person's tokens stop working within a minute; apps get a new one by themselves.").Requires(Role.Steward, Scopes.Write);
        accounts.MapPost("/{id:guid}/grants/{grantId:guid}/end", KeepGrants.EndAsync).WithName("EndGrant").WithSummary("End what a person may do")
            .WithDescription("It stops working in every service within a minute. Stewards of the grant's node can end it, too.").Requires(Role.Steward, Scopes.Write);
        accounts.MapPost("/{id:guid}/invitation", HelpAccount.InviteAgainAsync).WithName("InviteAgain").WithSummary("Send an invitation once more").Requires(Role.Steward, Scopes.Write);
        accounts.MapPost("/{id:guid}/recovery", HelpAccount.RecoverAsync).WithName("RecoverAccount").WithSummary("Let a person begin anew who lost the second factor")
            .WithDescription("Password, second factor and sessions end, and an invitation goes to the recorded address.").Requires(Role.Steward, Scopes.Write);
        accounts.MapPost("/{id:guid}/sessions/end", HelpAccount.EndSessionsAsync).WithName("EndSessions").WithSummary("Sign a person out everywhere").Requires(Role.Steward, Scopes.Write);
        accounts.MapPost("/{id:guid}/closure", HelpAccount.CloseAsync).WithName("CloseAccount").WithSummary("End an account for good").Requires(Role.Steward, Scopes.Write);

        var overrides = api.MapGroup("/overrides").WithTags("Accounts").WithMetadata(new SecretAnswer());
        overrides.MapPost("/", OpenOverride.HandleAsync).WithName("OpenOverride").WithSummary("Look into a node that is not yours, for three hours and with a reason")
            .WithDescription("The node's stewards get a mail at once, and can end it. It reads what a reader there reads; nothing private, and nobody at risk.").Requires(Role.Steward, Scopes.Write);
        overrides.MapPost("/{id:guid}/end", EndOverride.HandleAsync).WithName("EndOverride").WithSummary("End an override before its time").Requires(Role.Steward, Scopes.Write);
        overrides.MapGet("/", ReadOverrides.HandleAsync).WithName("ListOverrides").WithSummary("Who looked into your nodes from elsewhere").Requires(Role.Steward, Scopes.Read);
    }

    public static void MapAccountPages(this IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup("/account").AllowAnonymous().DisableAntiforgery().ExcludeFromDescription().WithMetadata(new SecretAnswer());
        pages.MapGet("/style.css", () => TypedResults.Text(Style.Sheet, "text/css")).AllowAnonymous();
        pages.AddEndpointFilter(Page.GuardAsync);

        pages.MapGet("/", OwnAccount.ShowAsync);
        pages.MapGet("/data", OwnAccount.DataAsync);
        pages.MapGet("/language", Page.ChooseLanguage);
        pages.MapGet("/sign-in", SignIn.ShowAsync);
        pages.MapPost("/sign-in", SignIn.HandleAsync);
        pages.MapGet("/code", ShowCode.ShowAsync);
        pages.MapPost("/code", ShowCode.HandleAsync);
        pages.MapGet("/second-factor", SetUpSecondFactor.ShowAsync);
        pages.MapPost("/second-factor", SetUpSecondFactor.HandleAsync);
        pages.MapPost("/second-factor/begin", OwnAccount.BeginSecondFactorAsync);
        pages.MapGet("/forgotten", ForgotPassword.Show);
        pages.MapPost("/forgotten", ForgotPassword.HandleAsync);
        pages.MapGet("/invitation", ChoosePassword.ShowInvitationAsync);
        pages.MapPost("/invitation", ChoosePassword.TakeInvitationAsync);
        pages.MapGet("/reset", ChoosePassword.ShowResetAsync);
        pages.MapPost("/reset", ChoosePassword.ResetAsync);
        pages.MapPost("/password", OwnAccount.ChangePasswordAsync);
        pages.MapPost("/sessions/end", OwnAccount.EndSessionAsync);
        pages.MapPost("/sign-out", OwnAccount.SignOutAsync);
        pages.MapPost("/provider", SignInElsewhere.BeginAsync);
        pages.MapGet("/provider/callback", SignInElsewhere.FinishAsync);
        pages.MapGet("/{**rest}", (HttpContext http) => Page.Say(http, words => words.NoPage, StatusCodes.Status404NotFound));
    }
}
