using Insp1r.Membership.Affiliations;
using Insp1r.Membership.Organisations;
using Insp1r.Messaging.Log;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Insp1r.Membership.Persons;

internal enum PersonRoleKind
{
    /// <summary>The one to write to in a member organisation.</summary>
    Contact,

    /// <summary>Speaks or decides for a member organisation, or sits in a body of a node.</summary>
    Mandate,
}

/// <summary>
/// What a person is to an organisation or in a body, from a day to a day. A role ends and is never deleted: who spoke for whom, and
/// when, stays known to the stewards.
/// </summary>
internal sealed class PersonRole
{
    private PersonRole()
    {
    }

    public Guid Id { get; private init; }
    public Guid PersonId { get; private init; }
    public PersonRoleKind Kind { get; private init; }
    public Guid? OrganisationId { get; private set; }

    /// <summary>The node of the organisation when it was recorded, or the one whose body it is.</summary>
    public string Node { get; private init; } = "";

    /// <summary>A body of the node by its code, such as steering-committee; null for a role in an organisation.</summary>
    public string? Body { get; private init; }

    /// <summary>In the person's own words, such as "General secretary". Empty once the person is erased.</summary>
    public string Title { get; private set; } = "";
    public DateOnly From { get; private init; }

    /// <summary>The last day: of the term where it is known beforehand, else the day of the end.</summary>
    public DateOnly? To { get; private set; }
    public string? EndReason { get; private set; }
    public DateTimeOffset RecordedAt { get; private init; }

    /// <summary>When its end was recorded: from then on nothing follows from it, whatever its last day.</summary>
    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>The membership whose end ended it: given back with that. Null where it ended otherwise, or did not end.</summary>
    public Guid? EndedWithId { get; private set; }

    /// <summary>The last day of the term, as it was before it ended with a membership.</summary>
    public DateOnly? TermEndsOn { get; private set; }

    public static PersonRole Record(
        Guid id, Guid personId, PersonRoleKind kind, Guid? organisationId, string node, string? body, string title, DateOnly from, DateOnly? to, DateTimeOffset at) => new()
        {
            Id = id,
            PersonId = personId,
            Kind = kind,
            OrganisationId = organisationId,
            Node = node,
            Body = body,
            Title = title,
            From = from,
            To = to,
            RecordedAt = at,
        };

    /// <param name="to">The last day. One that lies behind the term's stays the term's, and one before it began its first.</param>
    public void End(DateOnly to, string reason, DateTimeOffset at)
    {
        if (EndedAt is not null)
            throw new InvalidOperationException("A role ends once.");
        to = To < to ? To.Value : to;
        (To, EndReason, EndedAt) = (to < From ? From : to, reason, at);
    }

    /// <summary>Ends it because its organisation's membership ended.</summary>
    public void EndWith(Affiliation membership, string reason, DateTimeOffset at)
    {
        (EndedWithId, TermEndsOn) = (membership.Id, To);
        End(membership.Until!.Value, reason, at);
    }

    /// <summary>Goes on as if it had not ended: the membership with which it ended goes on.</summary>
    public void Resume() => (To, EndReason, EndedAt, EndedWithId, TermEndsOn) = (TermEndsOn, null, null, null, null);

    /// <summary>Goes with its organisation's record, at a merge or back at its undoing. Who keeps the contact stays who it was.</summary>
    public void Belong(Guid organisation) => OrganisationId = organisation;

    /// <summary>Of an erased person the dates stay, and none of the words; nothing is given back to them.</summary>
    public void Erase(DateTimeOffset at)
    {
        (Title, EndReason, EndedWithId, TermEndsOn) = ("", null, null, null);
        EndedAt ??= at;
    }
}

internal static class PersonRoles
{
    public static IQueryable<PersonRole> CurrentOn(this IQueryable<PersonRole> roles, DateOnly day) =>
        roles.Where(r => r.EndedAt == null && r.From <= day && (r.To == null || r.To >= day));
}

internal sealed class PersonRoleMapping : IEntityTypeConfiguration<PersonRole>
{
    public void Configure(EntityTypeBuilder<PersonRole> role)
    {
        role.ToTable("person_role", table => table.HasCheckConstraint(
            "person_role_place",
            "(kind = 'contact' and organisation_id is not null and body is null) or (kind = 'mandate' and (organisation_id is null) <> (body is null))"));
        role.Property(r => r.Id).ValueGeneratedNever();
        role.Property(r => r.Kind).IsWord();
        role.Property(r => r.Node).UseCollation("C");
        // "from" and "to" would need quotes in SQL.
        role.Property(r => r.From).HasColumnName("starts_on");
        role.Property(r => r.To).HasColumnName("ends_on");
        role.HasIndex(r => new { r.PersonId, r.Id });
        role.HasIndex(r => new { r.OrganisationId, r.PersonId });
        role.HasIndex(r => new { r.Node, r.Body }).HasFilter("body is not null");
        role.HasIndex(r => r.EndedWithId).HasFilter("ended_with_id is not null");
        role.HasOne<Affiliation>().WithMany().HasForeignKey(r => r.EndedWithId).OnDelete(DeleteBehavior.Restrict);
        role.HasOne<Person>().WithMany().HasForeignKey(r => r.PersonId).OnDelete(DeleteBehavior.Restrict);
        role.HasOne<MemberOrganisation>().WithMany().HasForeignKey(r => r.OrganisationId).OnDelete(DeleteBehavior.Restrict);
    }
}
