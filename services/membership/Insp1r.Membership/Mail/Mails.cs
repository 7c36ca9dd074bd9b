using Insp1r.Membership.Accounts;
using Insp1r.Membership.Data;
using Insp1r.ServiceDefaults.Access;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Insp1r.Membership.Mail;

/// <summary>The mails that this service writes, each in the reader's language. They are queued with the change that they tell of; the caller saves.</summary>
internal sealed class Mails(MembershipDb db, UserManager<Account> users, IOptions<AuthorityOptions> authority, TimeProvider clock)
{
    public async Task InviteAsync(Account account) => Queue(account, MailWords.Of(account.Language).Invitation, await InvitationLinkAsync(account));

    /// <summary>For who cannot get in: the invitation once more, and what has ended.</summary>
    public async Task RecoverAsync(Account account) => Queue(account, MailWords.Of(account.Language).Recovery, await InvitationLinkAsync(account));

    /// <summary>What an invitation leads to; in Development it is shown on the terminal.</summary>
    public Task<string> InvitationLinkAsync(Account account) => LinkAsync("invitation", account, LinkTokens.Invitation);

    public async Task ResetPasswordAsync(Account account) =>
        Queue(account, MailWords.Of(account.Language).Reset, await LinkAsync("reset", account, LinkTokens.Reset));

    /// <summary>So that somebody whose account was taken over learns of it.</summary>
    public void TellOfNewPassword(Account account) => Queue(account, MailWords.Of(account.Language).PasswordChanged, $"{authority.Value.Issuer}/account/forgotten");

    public void TellOfNewSecondFactor(Account account) => Queue(account, MailWords.Of(account.Language).SecondFactorChanged, $"{authority.Value.Issuer}/account");

    /// <summary>A node's steward learns that somebody from elsewhere looks into it.</summary>
    public void TellOfOverride(Account steward, string node, AccountGrant grant) =>
        Queue(steward, MailWords.Of(steward.Language).Override(node, grant), $"{authority.Value.Issuer}/docs");

    private async Task<string> LinkAsync(string page, Account account, string provider)
    {
        var token = await users.GenerateUserTokenAsync(account, provider, provider);
        return $"{authority.Value.Issuer}/account/{page}?account={account.Id}&token={Uri.EscapeDataString(token)}";
    }

    private void Queue(Account account, (string Subject, string Text) mail, string link)
    {
        var now = clock.GetUtcNow();
        db.Add(new OutgoingMail
        {
            Id = Guid.CreateVersion7(now),
            AccountId = account.Id,
            Node = account.Node,
            To = account.Email!,
            Subject = mail.Subject,
            Body = $"{mail.Text}\n\n{link}\n\nINSP!R\n",
            CreatedAt = now,
            NextTryAt = now,
        });
    }
}

/// <summary>Texts of mails in the network's three languages.</summary>
internal sealed record MailWords(
    (string Subject, string Text) Invitation,
    (string Subject, string Text) Recovery,
    (string Subject, string Text) Reset,
    (string Subject, string Text) PasswordChanged,
    (string Subject, string Text) SecondFactorChanged,
    (string Subject, string OverrideText) OverrideOpened)
{
    private static readonly MailWords English = new(
        ("Your invitation to INSP!R", "You are invited to the INSP!R platform. This link is yours alone and lasts seven days; with it you choose your password. If you did not expect it, do nothing."),
        ("Your INSP!R account begins anew", "A steward of your network had your account begin anew: your password, your second factor and all sessions have ended. This link is yours alone and lasts seven days; with it you choose a new password. If you did not ask for that, tell a steward of your network at once."),
        ("A new password for INSP!R", "Somebody, hopefully you, asked for a new password. This link lasts one hour. If it was not you, do nothing: your password stays as it is."),
        ("Your INSP!R password was changed", "Your password was changed and all other sessions were ended. If it was not you, ask for a new password at once and tell a steward of your network:"),
        ("Your INSP!R second factor was changed", "Your second factor for signing in was changed. If it was not you, tell a steward of your network. Your sessions:"),
        ("Somebody looks into {0}", "A steward from elsewhere in the network opened {0} for reading until {1} UTC, for this reason:\n\n{2}\n\nYou can end it at any time: POST /api/v1/overrides/{3}/end"));

    private static readonly MailWords French = new(
        ("Votre invitation à INSP!R", "Vous êtes invité·e sur la plateforme INSP!R. Ce lien est personnel et valable sept jours ; il vous permet de choisir votre mot de passe. Si vous ne l'attendiez pas, ne faites rien."),
        ("Votre compte INSP!R repart à zéro", "Un·e responsable de votre réseau a remis votre compte à zéro : votre mot de passe, votre second facteur et toutes vos sessions ont pris fin. Ce lien est personnel et valable sept jours ; il vous permet de choisir un nouveau mot de passe. Si vous ne l'avez pas demandé, prévenez tout de suite un·e responsable de votre réseau."),
        ("Un nouveau mot de passe pour INSP!R", "Quelqu'un, vous sans doute, a demandé un nouveau mot de passe. Ce lien est valable une heure. Si ce n'était pas vous, ne faites rien : votre mot de passe reste le même."),
        ("Votre mot de passe INSP!R a été changé", "Votre mot de passe a été changé et toutes les autres sessions ont été fermées. Si ce n'était pas vous, demandez tout de suite un nouveau mot de passe et prévenez un·e responsable de votre réseau :"),
        ("Votre second facteur INSP!R a été changé", "Votre second facteur de connexion a été changé. Si ce n'était pas vous, prévenez un·e responsable de votre réseau. Vos sessions :"),
        ("Quelqu'un consulte {0}", "Un·e responsable d'une autre partie du réseau a ouvert {0} en lecture jusqu'au {1} UTC, pour ce motif :\n\n{2}\n\nVous pouvez y mettre fin à tout moment : POST /api/v1/overrides/{3}/end"));

    private static readonly MailWords Spanish = new(
        ("Su invitación a INSP!R", "Le invitamos a la plataforma INSP!R. Este enlace es personal y vale siete días; con él elige su contraseña. Si no lo esperaba, no haga nada."),
        ("Su cuenta de INSP!R empieza de nuevo", "Un responsable de su red hizo que su cuenta empiece de nuevo: su contraseña, su segundo factor y todas las sesiones han terminado. Este enlace es personal y vale siete días; con él elige una nueva contraseña. Si no lo pidió, avise enseguida a un responsable de su red."),
        ("Una nueva contraseña para INSP!R", "Alguien, esperamos que usted, pidió una nueva contraseña. Este enlace vale una hora. Si no fue usted, no haga nada: su contraseña sigue igual."),
        ("Su contraseña de INSP!R ha cambiado", "Su contraseña ha cambiado y se cerraron todas las demás sesiones. Si no fue usted, pida enseguida una nueva contraseña y avise a un responsable de su red:"),
        ("Su segundo factor de INSP!R ha cambiado", "Su segundo factor para iniciar sesión ha cambiado. Si no fue usted, avise a un responsable de su red. Sus sesiones:"),
        ("Alguien consulta {0}", "Un responsable de otra parte de la red abrió {0} para lectura hasta el {1} UTC, por este motivo:\n\n{2}\n\nPuede ponerle fin en cualquier momento: POST /api/v1/overrides/{3}/end"));

    public static MailWords Of(string language) => language switch { "fr" => French, "es" => Spanish, _ => English };

    public (string Subject, string Text) Override(string node, AccountGrant grant) => (
        string.Format(null, OverrideOpened.Subject, node),
        string.Format(null, OverrideOpened.OverrideText, node, grant.Until!.Value.UtcDateTime.ToString("yyyy-MM-dd HH:mm"), grant.OverrideReason, grant.Id));
}
