using Insp1r.Communications.Announcements;
using Insp1r.Communications.Events;
using Insp1r.Communications.Network;
using Insp1r.Communications.Persons;
using Insp1r.Messaging.Log;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Communications.Data;

internal sealed class CommunicationsDb(DbContextOptions<CommunicationsDb> options) : LogDbContext(options)
{
    public DbSet<NetworkNode> Nodes => Set<NetworkNode>();
    public DbSet<MemberOrganisation> Organisations => Set<MemberOrganisation>();
    public DbSet<Announcement> Announcements => Set<Announcement>();
    public DbSet<PublicEvent> PublicEvents => Set<PublicEvent>();
    public DbSet<ErasedPerson> ErasedPersons => Set<ErasedPerson>();
    public DbSet<HiddenPerson> HiddenPersons => Set<HiddenPerson>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<NetworkNode>(node =>
        {
            node.ToTable("NetworkNode");
            node.Property(n => n.Id).ValueGeneratedNever();
            node.Property(n => n.Names).IsJson();
            // Membership keeps paths unique, and a node's never changes. Here that is not asked again: a copy takes what its owner says.
            node.HasIndex(n => n.Path);
        });

        modelBuilder.Entity<MemberOrganisation>(organisation =>
        {
            organisation.ToTable("MemberOrganisation");
            organisation.Property(o => o.Id).ValueGeneratedNever();
            organisation.Property(o => o.Names).IsJson();
        });

        modelBuilder.Entity<Announcement>(announcement =>
        {
            announcement.ToTable("Announcement");
            announcement.Property(a => a.Id).ValueGeneratedNever();
            announcement.Property(a => a.Version).IsConcurrencyToken();
            announcement.Property(a => a.Node).UseCollation("C");
            announcement.Property(a => a.Languages).IsJson();
            announcement.Property(a => a.Status).IsWord();
            announcement.HasIndex(a => new { a.OutcomeId, a.Node }).IsUnique();
            announcement.HasIndex(a => new { a.Node, a.Id });
        });

        modelBuilder.Entity<PublicEvent>(publicEvent =>
        {
            publicEvent.ToTable("PublicEvent");
            publicEvent.Ignore(e => e.Fields);
            publicEvent.Property(e => e.Id).ValueGeneratedNever();
            publicEvent.Property(e => e.Version).IsConcurrencyToken();
            publicEvent.Property(e => e.Title).IsJson();
            publicEvent.Property(e => e.Description).IsJson();
            publicEvent.Property(e => e.Speakers).IsJson();
            publicEvent.HasIndex(e => new { e.StartsOn, e.Id });
        });

        modelBuilder.Entity<ErasedPerson>(person =>
        {
            person.ToTable("ErasedPerson");
            person.Property(p => p.Id).ValueGeneratedNever();
        });

        modelBuilder.Entity<HiddenPerson>(person =>
        {
            person.ToTable("HiddenPerson");
            person.Property(p => p.Id).ValueGeneratedNever();
        });

        base.OnModelCreating(modelBuilder);
    }
}
