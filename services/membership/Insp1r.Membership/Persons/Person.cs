using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Insp1r.Membership.Persons;

/// <summary>
/// Somebody who is a contact of a member organisation, or holds a mandate. The node owns the record and never changes. That a
/// person is in touch with a trade union is special-category data (GDPR, Art. 9): nothing of a record leaves its node but by its levels.
/// </summary>
internal sealed class Person
{
    private Person()
    {
    }

    public Guid Id { get; private init; }
    public int Version { get; private set; } = 1;
    public string Node { get; private init; } = "";

    /// <summary>1 to 200 characters; empty once the person is erased.</summary>
    public string Name { get; private set; } = "";
    public string? Email { get; private set; }
    public string? Phone { get; private set; }

    /// <summary>The language to write in: en, fr or es.</summary>
    public string Language { get; private set; } = Languages.All[0];

    /// <summary>Known to too many, this person is in danger: shown to those who keep the record, and to nobody else.</summary>
    public bool AtRisk { get; private set; }
    public PublicationLevel NameLevel { get; private set; }
    public PublicationLevel EmailLevel { get; private set; }
    public PublicationLevel PhoneLevel { get; private set; }
    public PublicationLevel RolesLevel { get; private set; }
    public DateTimeOffset CreatedAt { get; private init; }
    public DateTimeOffset UpdatedAt { get; private set; }
    public DateTimeOffset? ErasedAt { get; private set; }
    public ErasureReason? ErasureReason { get; private set; }

    public PersonContent Content => new(Name, Email, Phone, Language, AtRisk);

    public PersonLevels Levels
    {
        get => new(NameLevel, EmailLevel, PhoneLevel, RolesLevel);
        private set => (NameLevel, EmailLevel, PhoneLevel, RolesLevel) = (value.Name, value.Email, value.Phone, value.Roles);
    }

    public static Person Record(Guid id, string node, PersonContent content, PersonLevels levels, DateTimeOffset at)
    {
        var person = new Person { Id = id, Node = node, Levels = levels, CreatedAt = at };
        person.Take(content, at);
        return person;
    }

    /// <summary>False where everything is what it was.</summary>
    public bool Change(PersonContent content, DateTimeOffset at)
    {
        if (Content == content)
            return false;

        Take(content, at);
        Version++;
        return true;
    }

    /// <summary>False where the levels are what they were.</summary>
    public bool Publish(PersonLevels levels, DateTimeOffset at)
    {
        if (Levels == levels)
            return false;

        (Levels, UpdatedAt) = (levels, at);
        Version++;
        return true;
    }

    /// <summary>Leaves a tombstone: id, node and dates.</summary>
    public void Erase(ErasureReason reason, DateTimeOffset at)
    {
        Take(new PersonContent("", null, null, Languages.All[0], AtRisk: false), at);
        (Levels, ErasedAt, ErasureReason) = (PersonLevels.AllPrivate, at, reason);
        Version++;
    }

    private void Take(PersonContent content, DateTimeOffset at)
    {
        (Name, Email, Phone, Language, AtRisk) = (content.Name, content.Email, content.Phone, content.Language, content.AtRisk);
        UpdatedAt = at;
    }
}

/// <summary>What a record says of a person: all that a change can change, but the levels.</summary>
internal sealed record PersonContent(string Name, string? Email, string? Phone, string Language, bool AtRisk);

/// <summary>Why a person is erased (GDPR, Art. 17(1)). A word and no text: a text could name the person again.</summary>
internal enum ErasureReason
{
    RequestedByPerson,
    ConsentWithdrawn,
    NoLongerNeeded,
    Unlawful,
}

internal sealed class PersonMapping : IEntityTypeConfiguration<Person>
{
    public void Configure(EntityTypeBuilder<Person> person)
    {
        person.ToTable("person", table =>
        {
            table.HasCheckConstraint("person_language", "language in ('en', 'fr', 'es')");
            table.HasCheckConstraint(
                "person_levels",
                "array[name_level, email_level, phone_level, roles_level] <@ array['public', 'network', 'node', 'private']");
            table.HasCheckConstraint("person_erased", "erased_at is null or (name = '' and email is null and phone is null)");
        });
        person.Ignore(p => p.Content);
        person.Ignore(p => p.Levels);
        person.Property(p => p.Id).ValueGeneratedNever();
        person.Property(p => p.Version).IsConcurrencyToken();
        person.Property(p => p.Node).UseCollation("C");
        person.Property(p => p.NameLevel).IsWord();
        person.Property(p => p.EmailLevel).IsWord();
        person.Property(p => p.PhoneLevel).IsWord();
        person.Property(p => p.RolesLevel).IsWord();
        person.Property(p => p.ErasureReason).IsWord();

        // The lists of a node's persons go by id.
        person.HasIndex(p => new { p.Node, p.Id });
    }
}
