namespace Insp1r.Membership.Accounts.Pages;

/// <summary>
/// The words of the pages. Each language is one record: a text that is missing in one of them does not compile. (Public, as all that a
/// page is given has to be.)
/// </summary>
public sealed record PageWords
{
    public required string Language { get; init; }
    public required string SignIn { get; init; }
    public required string SignOut { get; init; }
    public required string Email { get; init; }
    public required string Undeliverable { get; init; }
    public required string Password { get; init; }
    public required string NewPassword { get; init; }
    public required string OldPassword { get; init; }
    public required string PasswordHelp { get; init; }
    public required string Forgotten { get; init; }
    public required string ForgottenHelp { get; init; }
    public required string Send { get; init; }
    public required string Save { get; init; }
    public required string Continue { get; init; }
    public required string ForgottenSent { get; init; }
    public required string WrongSignIn { get; init; }
    public required string WrongPassword { get; init; }
    public required string WrongCode { get; init; }
    public required string PasswordLength { get; init; }
    public required string PasswordGuessable { get; init; }
    public required string LinkOver { get; init; }
    public required string PageOver { get; init; }
    public required string NoPage { get; init; }
    public required string Welcome { get; init; }
    public required string WelcomeHelp { get; init; }
    public required string ResetTitle { get; init; }
    public required string SecondFactor { get; init; }
    public required string SecondFactorHelp { get; init; }
    public required string Code { get; init; }
    public required string SetUpTitle { get; init; }
    public required string SetUpNeeded { get; init; }
    public required string SetUpHelp { get; init; }
    public required string SetUpKey { get; init; }
    public required string SetUpOpen { get; init; }
    public required string SetUpQrCode { get; init; }
    public required string RecoveryTitle { get; init; }
    public required string RecoveryHelp { get; init; }
    public required string RecoveryNew { get; init; }
    public required string RecoveryLeft { get; init; }
    public required string YourAccount { get; init; }
    public required string YouMay { get; init; }
    public required string Nothing { get; init; }
    public required string Until { get; init; }
    public required string YourData { get; init; }
    public required string YourDataHelp { get; init; }
    public required string Download { get; init; }
    public required string Sessions { get; init; }
    public required string SessionsHelp { get; init; }
    public required string ThisBrowser { get; init; }
    public required string App { get; init; }
    public required string Since { get; init; }
    public required string LastUsed { get; init; }
    public required string EndSession { get; init; }
    public required string EndOthers { get; init; }
    public required string ChangePassword { get; init; }
    public required string SecondFactorOn { get; init; }
    public required string SecondFactorOff { get; init; }
    public required string Replace { get; init; }
    public required string Locked { get; init; }
    public required string SignInAgain { get; init; }
    public required string Done { get; init; }
    public required string Allow { get; init; }
    public required string AllowHelp { get; init; }
    public required string AllowScopes { get; init; }
    public required string Refuse { get; init; }
    public required string BadApp { get; init; }
    public required string DeviceTitle { get; init; }
    public required string DeviceHelp { get; init; }
    public required string DeviceCompare { get; init; }
    public required string DeviceDone { get; init; }
    public required string WrongDeviceCode { get; init; }
    public required string SignOutHelp { get; init; }
    public required string With { get; init; }
    public required string ProviderRefused { get; init; }
    public required string ProviderAway { get; init; }
    public required string SignedInAs { get; init; }
    public required IReadOnlyDictionary<string, string> Scopes { get; init; }

    /// <summary>By role: what may be done at a node, which stands for {0}.</summary>
    public required IReadOnlyDictionary<string, string> Roles { get; init; }

    /// <summary>A grant as a person reads it.</summary>
    public string RoleOf(string grant)
    {
        var at = grant.IndexOf('@', StringComparison.Ordinal);
        return string.Format(null, Roles[grant[..at]], grant[(at + 1)..]);
    }

    public static PageWords Of(string language) => language switch { "fr" => French, "es" => Spanish, _ => English };

    private static readonly PageWords English = new()
    {
        Language = "en",
        SignIn = "Sign in",
        SignOut = "Sign out",
        Email = "E-mail address",
        Undeliverable = "Since {0} your mail server refuses our mails. Tell a steward of your network which address is right: invitations and new passwords go there.",
        Password = "Password",
        NewPassword = "New password",
        OldPassword = "Present password",
        PasswordHelp = "At least 12 characters. Several words that do not belong together are good and easy to remember.",
        Forgotten = "Forgot your password?",
        ForgottenHelp = "Give the address of your account, and we send you a link for a new password.",
        Send = "Send",
        Save = "Save",
        Continue = "Continue",
        ForgottenSent = "If there is an account with this address, a mail with a link is on its way. The link lasts one hour.",
        WrongSignIn = "This address and password do not open an account. After five wrong attempts you have to wait for 15 minutes.",
        WrongPassword = "This is not your present password.",
        WrongCode = "This code is not right, or was used already. After five wrong attempts you have to wait for 15 minutes.",
        PasswordLength = "The password needs 12 to 128 characters.",
        PasswordGuessable = "This password is among the first that are tried. Take one without your address, without the network's name and without a simple pattern.",
        LinkOver = "This link is used up or its time is over. Ask a steward of your network for a new invitation, or for a new password with “Forgot your password?”.",
        PageOver = "This page was open for too long, or came from elsewhere. Nothing was changed; please try again.",
        NoPage = "There is no such page. The address may have been cut off on its way to you.",
        Welcome = "Welcome to INSP!R",
        WelcomeHelp = "Choose your password. Nobody else ever learns it, not even who invited you.",
        ResetTitle = "Choose a new password",
        SecondFactor = "Second factor",
        SecondFactorHelp = "Give the code that your authenticator app shows now, or one of your recovery codes.",
        Code = "Code",
        SetUpTitle = "Set up your second factor",
        SetUpNeeded = "You decide or send in the name of your network, so a password alone is not enough.",
        SetUpHelp = "Add an account in an authenticator app on your phone: scan the QR code, open the link there, or type the key. Then give the code that it shows.",
        SetUpKey = "Key",
        SetUpOpen = "Open in the authenticator app",
        SetUpQrCode = "QR code with the key",
        RecoveryTitle = "Your recovery codes",
        RecoveryHelp = "Write these down and keep them safe. Each opens your account once if your phone is lost. They are not shown again.",
        RecoveryNew = "New recovery codes",
        RecoveryLeft = "Recovery codes left: {0}",
        YourAccount = "Your account",
        YouMay = "What you may do",
        Nothing = "Nothing yet.",
        Until = "until",
        YourData = "Your data",
        YourDataHelp = "All that the platform holds of you is in one file. To have it corrected or erased, ask a steward of your network.",
        Download = "Download",
        Sessions = "Where you are signed in",
        SessionsHelp = "End what you do not know, and then change your password.",
        ThisBrowser = "this browser",
        App = "app",
        Since = "since",
        LastUsed = "last used",
        EndSession = "End",
        EndOthers = "End all others",
        ChangePassword = "Change password",
        SecondFactorOn = "Your second factor is set up.",
        SecondFactorOff = "You have no second factor.",
        Replace = "Set up anew",
        Locked = "Somebody tried wrong passwords or codes for your account. Wait for 15 minutes, then try again; nobody can sign in meanwhile.",
        SignInAgain = "Sign out and in again first: this can be done within ten minutes of signing in.",
        Done = "Done.",
        Allow = "Allow",
        AllowHelp = "{0} wants to act for you.",
        AllowScopes = "It may then, as far as you may yourself:",
        Refuse = "Refuse",
        BadApp = "This request to sign in does not come from an app that is known here. Go back to the app and tell those who make it.",
        DeviceTitle = "Let in another device",
        DeviceHelp = "Type the code that the app shows.",
        DeviceCompare = "Allow this only if the app in front of you shows the code {0}.",
        DeviceDone = "Done. Go back to the app; you can close this page.",
        WrongDeviceCode = "This code is not right, or its time is over. Begin again in the app.",
        SignOutHelp = "An app asks to sign you out here.",
        With = "Sign in with {0}",
        ProviderRefused = "{0} did not let you in, or knows no account of yours here. Ask a steward of your network for an invitation.",
        ProviderAway = "Signing in is not possible at the moment: the login of your network does not answer. Try again in some minutes.",
        SignedInAs = "Signed in as {0}",
        Scopes = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["read"] = "read",
            ["write"] = "record and change",
            ["sync"] = "sync a national system",
            ["operate"] = "look after the running system",
            ["openid"] = "know who you are",
            ["offline_access"] = "go on while you are away",
            ["profile"] = "know your name and language",
            ["email"] = "know your e-mail address",
        },
        Roles = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["reader"] = "Read in {0}",
            ["contributor"] = "Record and read in {0}",
            ["steward"] = "Decide, record and read in {0}",
            ["sender"] = "Send and read in {0}",
            ["operator"] = "Look after the running system ({0})",
        },
    };

    private static readonly PageWords French = new()
    {
        Language = "fr",
        SignIn = "Se connecter",
        SignOut = "Se déconnecter",
        Email = "Adresse électronique",
        Undeliverable = "Depuis le {0}, votre serveur de messagerie refuse nos messages. Dites à un·e responsable de votre réseau quelle adresse est la bonne : les invitations et les nouveaux mots de passe y sont envoyés.",
        Password = "Mot de passe",
        NewPassword = "Nouveau mot de passe",
        OldPassword = "Mot de passe actuel",
        PasswordHelp = "Au moins 12 caractères. Plusieurs mots sans rapport entre eux sont sûrs et faciles à retenir.",
        Forgotten = "Mot de passe oublié ?",
        ForgottenHelp = "Indiquez l'adresse de votre compte : nous vous enverrons un lien pour un nouveau mot de passe.",
        Send = "Envoyer",
        Save = "Enregistrer",
        Continue = "Continuer",
        ForgottenSent = "S'il existe un compte avec cette adresse, un message avec un lien est en route. Le lien est valable une heure.",
        WrongSignIn = "Cette adresse et ce mot de passe n'ouvrent aucun compte. Après cinq essais, il faut attendre 15 minutes.",
        WrongPassword = "Ce n'est pas votre mot de passe actuel.",
        WrongCode = "Ce code n'est pas bon ou a déjà servi. Après cinq essais, il faut attendre 15 minutes.",
        PasswordLength = "Le mot de passe doit avoir de 12 à 128 caractères.",
        PasswordGuessable = "Ce mot de passe est parmi les premiers que l'on essaie. Prenez-en un sans votre adresse, sans le nom du réseau et sans motif simple.",
        LinkOver = "Ce lien a déjà servi ou n'est plus valable. Demandez une nouvelle invitation à un·e responsable de votre réseau, ou un nouveau mot de passe par « Mot de passe oublié ? ».",
        PageOver = "Cette page est restée ouverte trop longtemps ou venait d'ailleurs. Rien n'a été changé ; veuillez réessayer.",
        NoPage = "Cette page n'existe pas. L'adresse a peut-être été coupée en chemin.",
        Welcome = "Bienvenue sur INSP!R",
        WelcomeHelp = "Choisissez votre mot de passe. Personne d'autre ne le connaîtra, pas même qui vous a invité·e.",
        ResetTitle = "Choisir un nouveau mot de passe",
        SecondFactor = "Second facteur",
        SecondFactorHelp = "Donnez le code que votre application d'authentification affiche, ou un de vos codes de secours.",
        Code = "Code",
        SetUpTitle = "Installer votre second facteur",
        SetUpNeeded = "Vous décidez ou envoyez au nom de votre réseau : un mot de passe seul ne suffit pas.",
        SetUpHelp = "Ajoutez un compte dans une application d'authentification sur votre téléphone : scannez le code QR, ouvrez-y le lien ou tapez la clé. Donnez ensuite le code affiché.",
        SetUpKey = "Clé",
        SetUpOpen = "Ouvrir dans l'application d'authentification",
        SetUpQrCode = "Code QR avec la clé",
        RecoveryTitle = "Vos codes de secours",
        RecoveryHelp = "Notez-les et gardez-les en lieu sûr. Chacun ouvre votre compte une fois si votre téléphone est perdu. Ils ne seront plus affichés.",
        RecoveryNew = "Nouveaux codes de secours",
        RecoveryLeft = "Codes de secours restants : {0}",
        YourAccount = "Votre compte",
        YouMay = "Ce que vous pouvez faire",
        Nothing = "Rien pour l'instant.",
        Until = "jusqu'au",
        YourData = "Vos données",
        YourDataHelp = "Tout ce que la plateforme détient sur vous tient dans un fichier. Pour corriger ou effacer, adressez-vous à un·e responsable de votre réseau.",
        Download = "Télécharger",
        Sessions = "Où vous êtes connecté·e",
        SessionsHelp = "Fermez ce que vous ne connaissez pas, puis changez votre mot de passe.",
        ThisBrowser = "ce navigateur",
        App = "application",
        Since = "depuis",
        LastUsed = "dernier usage",
        EndSession = "Fermer",
        EndOthers = "Fermer toutes les autres",
        ChangePassword = "Changer de mot de passe",
        SecondFactorOn = "Votre second facteur est installé.",
        SecondFactorOff = "Vous n'avez pas de second facteur.",
        Replace = "Réinstaller",
        Locked = "Quelqu'un a essayé de mauvais mots de passe ou codes pour votre compte. Attendez 15 minutes, puis réessayez ; personne ne peut se connecter entre-temps.",
        SignInAgain = "Déconnectez-vous et reconnectez-vous d'abord : cela se fait dans les dix minutes qui suivent la connexion.",
        Done = "C'est fait.",
        Allow = "Autoriser",
        AllowHelp = "{0} veut agir pour vous.",
        AllowScopes = "Dans la limite de vos propres droits, elle pourra :",
        Refuse = "Refuser",
        BadApp = "Cette demande de connexion ne vient pas d'une application connue ici. Revenez à l'application et prévenez ses auteurs.",
        DeviceTitle = "Autoriser un autre appareil",
        DeviceHelp = "Saisissez le code que l'application affiche.",
        DeviceCompare = "N'autorisez que si l'application devant vous affiche le code {0}.",
        DeviceDone = "C'est fait. Retournez à l'application ; vous pouvez fermer cette page.",
        WrongDeviceCode = "Ce code n'est pas bon ou n'est plus valable. Recommencez dans l'application.",
        SignOutHelp = "Une application demande de vous déconnecter ici.",
        With = "Se connecter avec {0}",
        ProviderRefused = "{0} ne vous a pas laissé entrer ou ne correspond à aucun compte ici. Demandez une invitation à un·e responsable de votre réseau.",
        ProviderAway = "La connexion est impossible pour l'instant : l'identification de votre réseau ne répond pas. Réessayez dans quelques minutes.",
        SignedInAs = "Connecté·e : {0}",
        Scopes = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["read"] = "lire",
            ["write"] = "saisir et modifier",
            ["sync"] = "synchroniser un système national",
            ["operate"] = "surveiller le système",
            ["openid"] = "savoir qui vous êtes",
            ["offline_access"] = "continuer en votre absence",
            ["profile"] = "connaître votre nom et votre langue",
            ["email"] = "connaître votre adresse électronique",
        },
        Roles = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["reader"] = "Lire dans {0}",
            ["contributor"] = "Saisir et lire dans {0}",
            ["steward"] = "Décider, saisir et lire dans {0}",
            ["sender"] = "Envoyer et lire dans {0}",
            ["operator"] = "Surveiller le système ({0})",
        },
    };

    private static readonly PageWords Spanish = new()
    {
        Language = "es",
        SignIn = "Iniciar sesión",
        SignOut = "Cerrar sesión",
        Email = "Correo electrónico",
        Undeliverable = "Desde el {0}, su servidor de correo rechaza nuestros mensajes. Diga a un responsable de su red cuál es la dirección correcta: allí se envían las invitaciones y las nuevas contraseñas.",
        Password = "Contraseña",
        NewPassword = "Nueva contraseña",
        OldPassword = "Contraseña actual",
        PasswordHelp = "Al menos 12 caracteres. Varias palabras sin relación entre sí son seguras y fáciles de recordar.",
        Forgotten = "¿Olvidó su contraseña?",
        ForgottenHelp = "Indique la dirección de su cuenta y le enviaremos un enlace para una nueva contraseña.",
        Send = "Enviar",
        Save = "Guardar",
        Continue = "Continuar",
        ForgottenSent = "Si existe una cuenta con esta dirección, un mensaje con un enlace está en camino. El enlace vale una hora.",
        WrongSignIn = "Esta dirección y esta contraseña no abren ninguna cuenta. Después de cinco intentos hay que esperar 15 minutos.",
        WrongPassword = "Esta no es su contraseña actual.",
        WrongCode = "Este código no es correcto o ya se usó. Después de cinco intentos hay que esperar 15 minutos.",
        PasswordLength = "La contraseña debe tener de 12 a 128 caracteres.",
        PasswordGuessable = "Esta contraseña está entre las primeras que se prueban. Tome una sin su dirección, sin el nombre de la red y sin un patrón simple.",
        LinkOver = "Este enlace ya se usó o ha caducado. Pida una nueva invitación a un responsable de su red, o una nueva contraseña con «¿Olvidó su contraseña?».",
        PageOver = "Esta página estuvo abierta demasiado tiempo o vino de otra parte. Nada ha cambiado; inténtelo de nuevo.",
        NoPage = "Esta página no existe. Puede que la dirección se haya cortado por el camino.",
        Welcome = "Bienvenida a INSP!R",
        WelcomeHelp = "Elija su contraseña. Nadie más la conocerá, tampoco quien le invitó.",
        ResetTitle = "Elegir una nueva contraseña",
        SecondFactor = "Segundo factor",
        SecondFactorHelp = "Indique el código que muestra ahora su aplicación de autenticación, o uno de sus códigos de recuperación.",
        Code = "Código",
        SetUpTitle = "Configurar su segundo factor",
        SetUpNeeded = "Usted decide o envía en nombre de su red: una contraseña sola no basta.",
        SetUpHelp = "Añada una cuenta en una aplicación de autenticación de su teléfono: escanee el código QR, abra allí el enlace o escriba la clave. Luego indique el código que muestra.",
        SetUpKey = "Clave",
        SetUpOpen = "Abrir en la aplicación de autenticación",
        SetUpQrCode = "Código QR con la clave",
        RecoveryTitle = "Sus códigos de recuperación",
        RecoveryHelp = "Anótelos y guárdelos bien. Cada uno abre su cuenta una vez si pierde el teléfono. No se muestran otra vez.",
        RecoveryNew = "Nuevos códigos de recuperación",
        RecoveryLeft = "Códigos de recuperación restantes: {0}",
        YourAccount = "Su cuenta",
        YouMay = "Lo que puede hacer",
        Nothing = "Nada todavía.",
        Until = "hasta el",
        YourData = "Sus datos",
        YourDataHelp = "Todo lo que la plataforma guarda sobre usted está en un archivo. Para corregirlo o borrarlo, diríjase a un responsable de su red.",
        Download = "Descargar",
        Sessions = "Dónde tiene sesiones abiertas",
        SessionsHelp = "Cierre lo que no reconozca y después cambie su contraseña.",
        ThisBrowser = "este navegador",
        App = "aplicación",
        Since = "desde",
        LastUsed = "último uso",
        EndSession = "Cerrar",
        EndOthers = "Cerrar todas las demás",
        ChangePassword = "Cambiar contraseña",
        SecondFactorOn = "Su segundo factor está configurado.",
        SecondFactorOff = "No tiene segundo factor.",
        Replace = "Configurar de nuevo",
        Locked = "Alguien probó contraseñas o códigos equivocados para su cuenta. Espere 15 minutos y vuelva a intentarlo; mientras tanto nadie puede iniciar sesión.",
        SignInAgain = "Cierre la sesión y vuelva a iniciarla primero: esto se hace en los diez minutos siguientes al inicio de sesión.",
        Done = "Hecho.",
        Allow = "Permitir",
        AllowHelp = "{0} quiere actuar por usted.",
        AllowScopes = "Hasta donde usted mismo puede, podrá:",
        Refuse = "Rechazar",
        BadApp = "Esta solicitud no viene de una aplicación conocida aquí. Vuelva a la aplicación y avise a quienes la hacen.",
        DeviceTitle = "Autorizar otro dispositivo",
        DeviceHelp = "Escriba el código que muestra la aplicación.",
        DeviceCompare = "Autorice solo si la aplicación que tiene delante muestra el código {0}.",
        DeviceDone = "Hecho. Vuelva a la aplicación; puede cerrar esta página.",
        WrongDeviceCode = "Este código no es correcto o ya no es válido. Empiece de nuevo en la aplicación.",
        SignOutHelp = "Una aplicación pide cerrar su sesión aquí.",
        With = "Iniciar sesión con {0}",
        ProviderRefused = "{0} no le dejó entrar o no corresponde a ninguna cuenta aquí. Pida una invitación a un responsable de su red.",
        ProviderAway = "Por ahora no se puede iniciar sesión: la identificación de su red no responde. Inténtelo de nuevo en unos minutos.",
        SignedInAs = "Sesión de {0}",
        Scopes = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["read"] = "leer",
            ["write"] = "registrar y cambiar",
            ["sync"] = "sincronizar un sistema nacional",
            ["operate"] = "cuidar el sistema",
            ["openid"] = "saber quién es usted",
            ["offline_access"] = "continuar en su ausencia",
            ["profile"] = "saber su nombre y su idioma",
            ["email"] = "saber su dirección de correo",
        },
        Roles = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["reader"] = "Leer en {0}",
            ["contributor"] = "Registrar y leer en {0}",
            ["steward"] = "Decidir, registrar y leer en {0}",
            ["sender"] = "Enviar y leer en {0}",
            ["operator"] = "Cuidar el sistema ({0})",
        },
    };
}
