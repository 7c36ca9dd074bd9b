using Insp1r.Advocacy.Campaigns;
using Insp1r.Advocacy.Demands;
using Insp1r.Advocacy.Network;
using Insp1r.Advocacy.Outcomes;
using Insp1r.Advocacy.Publishing;
using Insp1r.Advocacy.TargetBodies;
using Insp1r.Messaging.Log;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Insp1r.Advocacy.Data;

internal sealed class AdvocacyDb(DbContextOptions<AdvocacyDb> options) : LogDbContext(options)
{
    public const string OneBodyPerCode = "ix_target_body_code";
    public const string OneVerdictPerNode = "ix_substantiation_outcome_id_node";

    public DbSet<NetworkNode> Nodes => Set<NetworkNode>();
    public DbSet<MemberOrganisation> Organisations => Set<MemberOrganisation>();
    public DbSet<TargetBody> TargetBodies => Set<TargetBody>();
    public DbSet<Campaign> Campaigns => Set<Campaign>();
    public DbSet<Demand> Demands => Set<Demand>();
    public DbSet<Outcome> Outcomes => Set<Outcome>();
    public DbSet<Substantiation> Substantiations => Set<Substantiation>();

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
        });

        modelBuilder.Entity<TargetBody>(body =>
        {
            body.ToTable("TargetBody");
            IsVersioned(body);
            body.Property(b => b.Names).IsJson();
            body.Property(b => b.Level).IsWord();
            body.Property(b => b.Code).UseCollation("C");
            body.HasIndex(b => b.Code).IsUnique();
        });

        modelBuilder.Entity<Campaign>(campaign =>
        {
            campaign.ToTable("Campaign");
            IsVersioned(campaign);
            IsPublished(campaign);
            campaign.Property(c => c.Title).IsJson();
            campaign.Property(c => c.Description).IsJson();
            campaign.HasIndex(c => c.ParentId);
        });

        modelBuilder.Entity<Demand>(demand =>
        {
            demand.ToTable("Demand");
            IsVersioned(demand);
            IsPublished(demand);
            demand.Property(d => d.Title).IsJson();
            demand.Property(d => d.Text).IsJson();
            demand.Property(d => d.Status).IsWord();
            demand.HasIndex(d => d.CampaignId);
        });

        modelBuilder.Entity<Outcome>(outcome =>
        {
            outcome.ToTable("Outcome");
            IsVersioned(outcome);
            IsPublished(outcome);
            outcome.Property(o => o.Title).IsJson();
            outcome.Property(o => o.Statement).IsJson();
            outcome.Property(o => o.Significance).IsJson();
            outcome.Property(o => o.Type).IsWord();
            outcome.Property(o => o.Polarity).IsWord();
            outcome.Property(o => o.PolicyStage).IsWord();
            outcome.Property(o => o.Status).IsWord();
            outcome.Property(o => o.Contributions).IsJson();
            outcome.Property(o => o.Evidence).IsJson();
            outcome.HasIndex(o => o.DemandId);
            outcome.HasIndex(o => o.CampaignId);
        });

        modelBuilder.Entity<Substantiation>(substantiation =>
        {
            substantiation.ToTable("Substantiation");
            substantiation.Property(s => s.Id).ValueGeneratedNever();
            substantiation.Property(s => s.Verdict).IsWord();
            substantiation.HasOne<Outcome>().WithMany().HasForeignKey(s => s.OutcomeId);
            substantiation.HasIndex(s => new { s.OutcomeId, s.Node }).IsUnique();
        });

        base.OnModelCreating(modelBuilder);
    }

    private static void IsVersioned<T>(EntityTypeBuilder<T> entity) where T : class
    {
        entity.Property<Guid>("Id").ValueGeneratedNever();
        entity.Property<int>("Version").IsConcurrencyToken();
    }

    private static void IsPublished<T>(EntityTypeBuilder<T> entity) where T : class, IPublished
    {
        entity.Property(e => e.Publication).IsWord();
        // Paths are compared byte by byte, so that a subtree is a range of this index.
        entity.Property(e => e.Node).UseCollation("C");
        entity.HasIndex(nameof(IPublished.Node), "Id");
    }
}
