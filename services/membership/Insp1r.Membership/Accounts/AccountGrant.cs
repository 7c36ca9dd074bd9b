using System.Linq.Expressions;
using Insp1r.ServiceDefaults.Access;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Insp1r.Membership.Accounts;

/// <summary>What an account may do, from when to when. Ended grants stay, so that it can be told who could do what.</summary>
public sealed class AccountGrant
{
    public required Guid Id { get; init; }
    public required Guid AccountId { get; init; }

    /// <summary>A role and a node, such as <c>contributor@insp1r.africa.rw</c>.</summary>
    public required string Grant { get; init; }
    public required DateTimeOffset From { get; init; }

    /// <summary>When it ends; null while nobody has said.</summary>
    public DateTimeOffset? Until { get; private set; }

    /// <summary>The person's role (contact or mandate) that it comes with and ends with.</summary>
    public Guid? PersonRoleId { get; init; }

    /// <summary>Why this person looks into a node that is not theirs: only an override has it.</summary>
    public string? OverrideReason { get; private set; }
    public required string GrantedBy { get; init; }
    public string? EndedBy { get; private set; }

    public bool IsOverride => OverrideReason is not null;

    public static AccountGrant Give(Guid accountId, string grant, DateTimeOffset at, DateTimeOffset? until, string by, Guid? personRoleId = null, string? overrideReason = null) => new()
    {
        Id = Guid.CreateVersion7(at),
        AccountId = accountId,
        Grant = grant,
        From = at,
        Until = until,
        PersonRoleId = personRoleId,
        OverrideReason = overrideReason,
        GrantedBy = by,
    };

    /// <summary>For a query: the grants that count at this moment.</summary>
    public static Expression<Func<AccountGrant, bool>> InForce(DateTimeOffset now) => g => g.From <= now && (g.Until == null || g.Until > now);

    public void End(DateTimeOffset at, string by) => (Until, EndedBy) = (at, by);

    /// <summary>Ends it, and leaves what it was: the reason of an override is the person's own words.</summary>
    public void Erase(DateTimeOffset at, string by)
    {
        if (Until is null || Until > at)
            End(at, by);
        if (IsOverride)
            OverrideReason = "";
    }

    /// <summary>Who decides, sends or looks after the system proves with a second factor that it is really them.</summary>
    public static bool NeedsSecondFactor(string grant) =>
        ServiceDefaults.Access.Grant.TryParse(grant, out var parsed) && parsed.Role is Role.Steward or Role.Sender or Role.Operator;
}

internal sealed class AccountGrantMapping : IEntityTypeConfiguration<AccountGrant>
{
    public void Configure(EntityTypeBuilder<AccountGrant> grant)
    {
        grant.ToTable("account_grant");
        grant.Property(g => g.Id).ValueGeneratedNever();
        grant.Property(g => g.Grant).UseCollation("C");
        grant.HasIndex(g => g.AccountId);
        grant.HasIndex(g => g.Grant);
        grant.HasIndex(g => g.PersonRoleId).HasFilter("person_role_id is not null");
        grant.HasOne<Account>().WithMany().HasForeignKey(g => g.AccountId).OnDelete(DeleteBehavior.Cascade);
    }
}
