namespace Insp1r.Membership.Persons;

/// <summary>Who may see a field of a person, from the widest to the narrowest. What nobody decided on is private.</summary>
internal enum PublicationLevel
{
    /// <summary>Anybody, also without an account.</summary>
    Public,

    /// <summary>Every reader of the network.</summary>
    Network,

    /// <summary>Readers of the person's node.</summary>
    Node,

    /// <summary>Stewards of the person's node.</summary>
    Private,
}

/// <summary>The level of each field of a person.</summary>
internal sealed record PersonLevels(
    PublicationLevel Name = PublicationLevel.Private,
    PublicationLevel Email = PublicationLevel.Private,
    PublicationLevel Phone = PublicationLevel.Private,
    PublicationLevel Roles = PublicationLevel.Private)
{
    public static readonly PersonLevels AllPrivate = new();

    public PublicationLevel Widest() => (PublicationLevel)Math.Min(Math.Min((int)Name, (int)Email), Math.Min((int)Phone, (int)Roles));
}
