namespace Insp1r.Membership.Mail;

/// <summary>
/// Where mails go: to a mail server (<c>Host</c>), or as files into a folder (<c>Folder</c>) for trying the platform out. With neither
/// they wait in the database.
/// </summary>
internal sealed class MailOptions
{
    public const string Section = "Mail";

    /// <summary>The sender's address.</summary>
    public string From { get; set; } = "no-reply@example.org";
    public string? Host { get; set; }
    public int Port { get; set; } = 587;

    /// <summary>TLS: by STARTTLS, or from the first byte at port 465. Only a server on this machine may do without.</summary>
    public bool StartTls { get; set; } = true;
    public string? User { get; set; }
    public string? Password { get; set; }
    public string? Folder { get; set; }
}
