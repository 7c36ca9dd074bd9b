using Insp1r.Membership.Access.Clients;
using Insp1r.Membership.Access.Tokens;
using Insp1r.Membership.Accounts;
using Insp1r.Membership.Affiliations;
using Insp1r.Membership.Bodies;
using Insp1r.Membership.Documents;
using Insp1r.Membership.Duplicates;
using Insp1r.Membership.Figures;
using Insp1r.Membership.Mail;
using Insp1r.Membership.Merging;
using Insp1r.Membership.Nodes;
using Insp1r.Membership.Organisations;
using Insp1r.Membership.Persons;
using Insp1r.Membership.Records;
using Insp1r.Membership.Services;
using Insp1r.Membership.Strength;
using Insp1r.Messaging.Log;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Conventions;

namespace Insp1r.Membership.Data;

/// <summary>What membership owns. Lists, and all of sync, are SQL beside their endpoints; changes of single records go through here.</summary>
internal sealed class MembershipDb(DbContextOptions<MembershipDb> options) : LogDbContext(options)
{
    public DbSet<NetworkNode> Nodes => Set<NetworkNode>();
    public DbSet<MemberOrganisation> Organisations => Set<MemberOrganisation>();
    public DbSet<ExternalId> ExternalIds => Set<ExternalId>();
    public DbSet<Affiliation> Affiliations => Set<Affiliation>();
    public DbSet<AffiliationMove> AffiliationMoves => Set<AffiliationMove>();
    public DbSet<MemberService> Services => Set<MemberService>();
    public DbSet<MemberStrength> Strengths => Set<MemberStrength>();
    public DbSet<NetworkFigure> Figures => Set<NetworkFigure>();
    public DbSet<OrganisationMerge> Merges => Set<OrganisationMerge>();
    public DbSet<NotDuplicate> NotDuplicates => Set<NotDuplicate>();
    public DbSet<Account> Accounts => Set<Account>();
    public DbSet<IdentityUserToken<Guid>> UserTokens => Set<IdentityUserToken<Guid>>();
    public DbSet<IdentityUserLogin<Guid>> UserLogins => Set<IdentityUserLogin<Guid>>();
    public DbSet<AccountGrant> AccountGrants => Set<AccountGrant>();
    public DbSet<AccountSession> Sessions => Set<AccountSession>();
    public DbSet<Client> Clients => Set<Client>();
    public DbSet<SessionToken> SessionTokens => Set<SessionToken>();
    public DbSet<OutgoingMail> OutgoingMails => Set<OutgoingMail>();
    public DbSet<Person> Persons => Set<Person>();
    public DbSet<PersonRole> PersonRoles => Set<PersonRole>();
    public DbSet<Consent> Consents => Set<Consent>();
    public DbSet<ConsentWording> ConsentWordings => Set<ConsentWording>();
    public DbSet<DecisionBody> Bodies => Set<DecisionBody>();
    public DbSet<BodyDecision> Decisions => Set<BodyDecision>();
    public DbSet<Comment> Comments => Set<Comment>();
    public DbSet<Document> Documents => Set<Document>();

    // Each index is there for a query, not because of a foreign key.
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Conventions.Remove(typeof(ForeignKeyIndexConvention));

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(MembershipDb).Assembly);
        base.OnModelCreating(modelBuilder);
    }
}
