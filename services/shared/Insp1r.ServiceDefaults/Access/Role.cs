namespace Insp1r.ServiceDefaults.Access;

/// <summary>What a grant allows at a node and below it. A steward may all that a contributor may, who may all that a reader may.</summary>
public enum Role
{
    /// <summary>Reads organisations, campaigns, outcomes and announcements.</summary>
    Reader,

    /// <summary>Records and changes them, and syncs a national system.</summary>
    Contributor,

    /// <summary>Decides: admits and suspends organisations, keeps nodes and grants.</summary>
    Steward,

    /// <summary>Releases announcements and mailings.</summary>
    Sender,

    /// <summary>Looks after the running system: readers of the log, dead letters, replays. Sees no domain data.</summary>
    Operator,
}

/// <summary>One role at one node; it covers the node's subtree. Written <c>contributor@insp1r.africa.rw</c> in a token.</summary>
public sealed record Grant(Role Role, string Node)
{
    public bool Includes(Role wanted) => Role switch
    {
        Role.Steward => wanted is Role.Steward or Role.Contributor or Role.Reader,
        Role.Contributor => wanted is Role.Contributor or Role.Reader,
        Role.Sender => wanted is Role.Sender or Role.Reader,
        _ => Role == wanted,
    };

    public static bool TryParse(string? text, out Grant grant)
    {
        var at = text?.IndexOf('@', StringComparison.Ordinal) ?? -1;
        if (text is not null && at > 0 && Enum.TryParse<Role>(text.AsSpan(0, at), ignoreCase: true, out var role) && !char.IsAsciiDigit(text[0]) && NodePath.IsValid(text[(at + 1)..]))
        {
            grant = new Grant(role, text[(at + 1)..]);
            return true;
        }

        grant = new Grant(Role.Reader, "");
        return false;
    }

    public override string ToString() => $"{Role.ToString().ToLowerInvariant()}@{Node}";
}

/// <summary>What an API client's token may be used for, whatever its grants say.</summary>
public static class Scopes
{
    public const string Read = "read";
    public const string Write = "write";
    public const string Sync = "sync";
    public const string Operate = "operate";

    /// <summary>Between services; see <see cref="PersonalData"/>. It is not among those that a client can have.</summary>
    public const string Internal = "internal";

    public static readonly string[] All = [Read, Write, Sync, Operate];
}
