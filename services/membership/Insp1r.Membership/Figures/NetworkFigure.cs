using Insp1r.Contracts.Membership;
using Insp1r.Membership.Data;
using Insp1r.Membership.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Insp1r.Membership.Figures;

/// <summary>
/// What a source says of a network as of a day: 84 partner organisations in 2019, "almost a hundred" in 2022. Sources contradict each other, and each is kept
/// as it speaks. A figure never changes; what corrects it is a further one, and an answer as known before has the first. One that
/// was recorded by mistake is withdrawn: then neither it nor what it corrected is said any more.
/// </summary>
internal sealed class NetworkFigure
{
    public required Guid Id { get; init; }

    /// <summary>The network that it is said of.</summary>
    public required string Node { get; init; }
    public required string Measure { get; init; }
    public required FigureContent Content { get; init; }

    /// <summary>The figure that this one takes the place of.</summary>
    public Guid? Corrects { get; init; }

    /// <summary>Why it was corrected.</summary>
    public string? Reason { get; init; }
    public required string RecordedBy { get; init; }
    public required DateTimeOffset RecordedAt { get; init; }
    public DateTimeOffset? WithdrawnAt { get; private set; }
    public string? WithdrawnReason { get; private set; }

    public FigureState State => new(
        Id, Node, Measure, Content.Value, Content.Qualifier, Content.Wording, Content.AsOf, Content.Precision, Content.Source, Content.SourceUrl, Corrects);

    public void Withdraw(string reason, DateTimeOffset at) => (WithdrawnAt, WithdrawnReason) = (at, reason);
}

internal static class FigureWords
{
    /// <summary>What is counted.</summary>
    public static readonly string[] Measures =
        ["member-organisations", "countries", "continents", "national-networks", "continental-networks", "participants", "people-represented", "people-served"];

    public static readonly string[] Qualifiers = ["exactly", "about", "almost", "more-than"];

    public static readonly string[] Precisions = ["day", "month", "year"];
}

internal sealed class NetworkFigureMapping : IEntityTypeConfiguration<NetworkFigure>
{
    private const string CorrectedOnce = "network_figure_corrected_once";

    public void Configure(EntityTypeBuilder<NetworkFigure> figure)
    {
        figure.ToTable("network_figure", table => table.HasCheckConstraint("network_figure_withdrawn", "num_nonnulls(withdrawn_at, withdrawn_reason) in (0, 2)"));
        figure.Ignore(f => f.State);
        figure.Property(f => f.Id).ValueGeneratedNever();
        figure.Property(f => f.Node).UseCollation("C");
        figure.HasIndex(f => f.Corrects).IsUnique().HasFilter("corrects is not null").HasDatabaseName(CorrectedOnce);
        figure.HasOne<NetworkNode>().WithMany().HasForeignKey(f => f.Node).HasPrincipalKey(n => n.Path).OnDelete(DeleteBehavior.Restrict);
        figure.HasOne<NetworkFigure>().WithMany().HasForeignKey(f => f.Corrects).OnDelete(DeleteBehavior.Restrict);
        figure.ComplexProperty(f => f.Content, content =>
        {
            content.Property(c => c.Value).HasColumnName("value");
            content.Property(c => c.Qualifier).HasColumnName("qualifier");
            content.Property(c => c.Wording).HasColumnName("wording");
            content.Property(c => c.AsOf).HasColumnName("as_of");
            content.Property(c => c.Precision).HasColumnName("precision");
            content.Property(c => c.Source).HasColumnName("source");
            content.Property(c => c.SourceUrl).HasColumnName("source_url");
        });
    }
}
