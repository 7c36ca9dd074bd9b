using Insp1r.Membership.Data;
using Insp1r.Messaging.Retention;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Persons;

/// <summary>Persons who have no role, now or to come, and no open account: from when on nobody needed them, and that they are erased.</summary>
internal static class UnneededPersons
{
    // A role ends when its end is recorded, or after the last day of its term. One that was recorded afterwards was needed until then:
    // who notes that somebody left years ago must not see the person vanish within the hour.
    private const string Since = """
        select p.id, greatest(
            p.updated_at, max(coalesce(r.ended_at, greatest(r.recorded_at, (r.ends_on + 1)::timestamp at time zone 'utc'))), max(a.closed_at)) as since
        from person p left join person_role r on r.person_id = p.id left join account a on a.person_id = p.id
        where p.erased_at is null
        group by p.id
        having bool_and(r.id is null or r.ended_at is not null or coalesce(r.ends_on < (now() at time zone 'utc')::date, false))
           and bool_and(a.id is null or a.closed_at is not null)
        """;

    private const string Due = $$"""select u.id as "Value" from ({{Since}}) u where u.since < {0}""";

    public static readonly Removal Removal = new($"select min(u.since) from ({Since}) u", EraseAsync);

    private static async Task<long> EraseAsync(IServiceProvider services, DateTimeOffset before, CancellationToken ct)
    {
        var db = services.GetRequiredService<MembershipDb>();
        var erasure = services.GetRequiredService<PersonErasure>();
        var erased = 0L;
        foreach (var id in await db.Database.SqlQueryRaw<Guid>($"{Due} order by u.id limit 100", before).ToListAsync(ct))
        {
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            // Somebody may have given the person a role while the lock was waited for: a statement of its own sees it.
            if (await db.LockPersonAsync(id, ct) is { ErasedAt: null } person
                && await db.Database.SqlQueryRaw<Guid>($"{Due} and u.id = {{1}}", before, id).AnyAsync(ct))
            {
                await erasure.EraseAsync(person, ErasureReason.NoLongerNeeded, "system", ct);
                await transaction.CommitAsync(ct);
                erased++;
            }

            db.ChangeTracker.Clear();
        }

        return erased;
    }
}
