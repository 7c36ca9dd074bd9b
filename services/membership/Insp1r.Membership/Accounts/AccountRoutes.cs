using Insp1r.Membership.Accounts.Pages;
using Insp1r.Membership.Accounts.SigningIn;
using Insp1r.ServiceDefaults.Idempotency;

namespace Insp1r.Membership.Accounts;

/// <summary>The pages on which people sign in and keep their account. Everything else about accounts is the API.</summary>
internal static class AccountRoutes
{
    public static void MapAccountPages(this IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup("/account").AllowAnonymous().DisableAntiforgery().ExcludeFromDescription().WithMetadata(new SecretAnswer());
        pages.MapGet("/style.css", () => TypedResults.Text(Style.Sheet, "text/css")).AllowAnonymous();
        pages.AddEndpointFilter(Page.GuardAsync);

        pages.MapGet("/", OwnAccount.ShowAsync);
        pages.MapGet("/language", Page.ChooseLanguage);
        pages.MapGet("/sign-in", SignIn.Show);
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
    }
}
