using System.Text.Json;
using Insp1r.Contracts.Membership;
using Insp1r.Membership.Data;
using Insp1r.Membership.Organisations;
using Insp1r.Membership.Strength;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Insp1r.Membership.Services;

/// <summary>What a member organisation offers: the experience out of which it demands ("We are credible because we are talking about our own experiences", 2022).</summary>
internal sealed class MemberService
{
    private MemberService()
    {
    }

    public Guid Id { get; private init; }
    public int Version { get; private set; }
    public Guid OrganisationId { get; private init; }

    /// <summary>The organisation's own network, whose contributors keep it.</summary>
    public string Node { get; private init; } = "";
    public string Kind { get; private set; } = "";
    public string? OtherKind { get; private set; }
    public string[] Branches { get; private set; } = [];
    public string[] TargetGroups { get; private set; } = [];
    public string[] Countries { get; private set; } = [];
    public IReadOnlyDictionary<string, string> Description { get; private set; } = LanguageTexts.None;

    /// <summary>The first day; null where it is not known.</summary>
    public DateOnly? StartsOn { get; private set; }

    /// <summary>The last day; null while there is none.</summary>
    public DateOnly? EndsOn { get; private set; }
    public string? Source { get; private set; }
    public string? SourceUrl { get; private set; }
    public IReadOnlyList<Headcount> Reach { get; private set; } = [];

    /// <summary>What it is found by, folded.</summary>
    public string Search { get; private set; } = "";
    public DateTimeOffset RecordedAt { get; private init; }
    public DateTimeOffset UpdatedAt { get; private set; }

    /// <summary>When it was taken back, because it was recorded by mistake; null where it was not.</summary>
    public DateTimeOffset? WithdrawnAt { get; private set; }

    public ServiceContent Content => new(Kind, OtherKind, Branches, TargetGroups, Countries, Description, StartsOn, EndsOn, Source, SourceUrl, Reach);

    public ServiceState State => new(
        Id, Version, OrganisationId, Node, Kind, OtherKind, Branches, TargetGroups, Countries, Description, StartsOn, EndsOn, Source, SourceUrl, [.. Reach.Select(year => year.State)]);

    public static MemberService Record(Guid id, MemberOrganisation organisation, ServiceContent content, DateTimeOffset at)
    {
        var service = new MemberService { Id = id, OrganisationId = organisation.Id, Node = organisation.Node, RecordedAt = at };
        service.Take(content, at);
        return service;
    }

    /// <summary>False where everything is what it was.</summary>
    public bool Change(ServiceContent content, DateTimeOffset at)
    {
        if (Content.IsSameAs(content))
            return false;

        Take(content, at);
        return true;
    }

    public void Withdraw(DateTimeOffset at)
    {
        (WithdrawnAt, UpdatedAt) = (at, at);
        Version++;
    }

    private void Take(ServiceContent content, DateTimeOffset at)
    {
        (Kind, OtherKind, Branches, TargetGroups, Countries, Description) =
            (content.Kind, content.OtherKind, content.Branches, content.TargetGroups, content.Countries, content.Description);
        (StartsOn, EndsOn, Source, SourceUrl, Reach) = (content.From, content.To, content.Source, content.SourceUrl, content.Reach);
        Search = ServiceSearch.Of(content);
        UpdatedAt = at;
        Version++;
    }
}

/// <summary>All of a service that can change. Lists are in canonical order.</summary>
internal sealed record ServiceContent(
    string Kind, string? OtherKind, string[] Branches, string[] TargetGroups, string[] Countries, IReadOnlyDictionary<string, string> Description,
    DateOnly? From, DateOnly? To, string? Source, string? SourceUrl, IReadOnlyList<Headcount> Reach)
{
    public bool IsSameAs(ServiceContent other) => JsonSerializer.Serialize(this, JsonDefaults.Options) == JsonSerializer.Serialize(other, JsonDefaults.Options);
}

internal sealed class MemberServiceMapping : IEntityTypeConfiguration<MemberService>
{
    public void Configure(EntityTypeBuilder<MemberService> service)
    {
        service.ToTable("member_service");
        service.Ignore(s => s.Content);
        service.Ignore(s => s.State);
        service.Property(s => s.Id).ValueGeneratedNever();
        service.Property(s => s.Version).IsConcurrencyToken();
        service.Property(s => s.Node).UseCollation("C");
        service.Property(s => s.Description).IsLanguageTexts();
        service.Property(s => s.Reach).IsJson();
        service.Property(s => s.Search).UseCollation("C");
        service.HasIndex(s => new { s.OrganisationId, s.Id });
        service.HasIndex(s => new { s.Node, s.Id });
        service.HasOne<MemberOrganisation>().WithMany().HasForeignKey(s => s.OrganisationId).OnDelete(DeleteBehavior.Restrict);
    }
}
