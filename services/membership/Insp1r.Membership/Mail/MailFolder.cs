using Microsoft.Extensions.Options;

namespace Insp1r.Membership.Mail;

/// <summary>
/// Mails as files, for trying the platform out: a folder for each account, so that they go with it, and by age as those do that wait
/// for a mail server.
/// </summary>
internal sealed class MailFolder(IOptions<MailOptions> options)
{
    // Links in mails are as good as a password for their time: nobody else on this machine reads them.
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string? _root = options.Value.Host is null ? options.Value.Folder : null;

    public string OfAccount(Guid account)
    {
        MakePrivate(_root!);
        return MakePrivate(Path.Combine(_root!, account.ToString()));
    }

    public void Forget(Guid account)
    {
        if (_root is not null && Path.Combine(_root, account.ToString()) is var folder && Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    public void ForgetBefore(DateTimeOffset time)
    {
        if (!Directory.Exists(_root))
            return;

        foreach (var file in new DirectoryInfo(_root).EnumerateFiles("*.eml", SearchOption.AllDirectories).Where(file => file.LastWriteTimeUtc < time.UtcDateTime))
            file.Delete();
    }

    private static string MakePrivate(string folder)
    {
        Directory.CreateDirectory(folder);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder, OwnerOnly);
        return folder;
    }
}
