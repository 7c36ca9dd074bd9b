using Insp1r.Advocacy.Coding;
using Insp1r.Advocacy.Publishing;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Advocacy.Outcomes;

/// <summary>A contribution as it is claimed: which organisation, in which role, and what it did, in the outcome's source language.</summary>
internal sealed record ContributionFields(Guid OrganisationId, string? Role = null, string? Claim = null);

/// <summary>What an outcome's harvesters write.</summary>
internal sealed record OutcomeFields(
    Guid? DemandId,
    Guid? CampaignId,
    IReadOnlyDictionary<string, string>? Title,
    string? SourceLanguage,
    IReadOnlyDictionary<string, string>? Statement,
    IReadOnlyDictionary<string, string>? Significance,
    string? SocialActor,
    DateOnly? OccurredOn,
    string? Country,
    OutcomeType? Type,
    OutcomePolarity? Polarity,
    bool? Intended,
    PolicyStage? PolicyStage,
    IReadOnlyList<string>? SdgTargets,
    IReadOnlyList<SocialProtectionBranch>? Branches,
    IReadOnlyList<ContributionFields>? Contributions,
    IReadOnlyList<Evidence>? Evidence,
    Publication Publication)
{
    public const int MaxContributions = 50;
    private const int MaxEvidence = 30;

    /// <summary>What holds for a draft too: what is there, is well formed.</summary>
    public void Check(FieldErrors errors, DateOnly today)
    {
        errors.OneOf("/sourceLanguage", SourceLanguage, Languages.All, "unknown-language");
        errors.Sourced("/title", Title, SourceLanguage, 300);
        errors.Languages("/statement", Statement, 10_000, required: false);
        errors.Languages("/significance", Significance, 10_000, required: false);
        errors.Text("/socialActor", SocialActor, 300);
        errors.Date("/occurredOn", OccurredOn);
        // A day later somewhere on earth is today.
        if (OccurredOn > today.AddDays(1))
            errors.Add("/occurredOn", "in-the-future", "An outcome has occurred: a day up to today.");
        errors.Country("/country", Country);
        errors.SdgTargets("/sdgTargets", SdgTargets);
        errors.Count("/branches", Branches, 9);
        errors.Count("/contributions", Contributions, MaxContributions);
        CheckContributions(errors);
        errors.Count("/evidence", Evidence, MaxEvidence);
        CheckEvidence(errors);
    }

    /// <summary>What a submitted outcome has: who changed, what, when, where, why it matters, and who contributed.</summary>
    public void CheckComplete(FieldErrors errors, string node)
    {
        Need(errors, "/statement", Statement?.ContainsKey(SourceLanguage!) is true, "What changed, in the source language.");
        Need(errors, "/significance", Significance?.ContainsKey(SourceLanguage!) is true, "Why it matters, in the source language.");
        Need(errors, "/socialActor", !string.IsNullOrWhiteSpace(SocialActor), "Who changed: a person in office, a group or an institution.");
        Need(errors, "/occurredOn", OccurredOn is not null, "When it occurred.");
        Need(errors, "/country", Country is not null || !Readership.IsNational(node), "Where: an outcome of a national network occurred in a country.");
        Need(errors, "/type", Type is not null, $"One of {string.Join(", ", Words.All<OutcomeType>())}.");
        Need(errors, "/polarity", Polarity is not null, $"One of {string.Join(", ", Words.All<OutcomePolarity>())}.");
        Need(errors, "/intended", Intended is not null, "true or false: whether the network had aimed at it.");
        Need(errors, "/contributions", Contributions is { Count: > 0 }, "At least one organisation's contribution.");
    }

    private void CheckContributions(FieldErrors errors)
    {
        for (var i = 0; i < Contributions?.Count && i < MaxContributions; i++)
        {
            errors.Text($"/contributions/{i}/role", Contributions[i]?.Role, 200);
            errors.Text($"/contributions/{i}/claim", Contributions[i]?.Claim, 4_000);
            if (Contributions[i] is { } contribution && Contributions.Take(i).Any(other => other?.OrganisationId == contribution.OrganisationId))
                errors.Add($"/contributions/{i}/organisationId", "named-twice", "Each organisation once.");
        }
    }

    private void CheckEvidence(FieldErrors errors)
    {
        for (var i = 0; i < Evidence?.Count && i < MaxEvidence; i++)
        {
            if (Evidence[i] is not { } evidence)
                continue;

            errors.Required($"/evidence/{i}/url", evidence.Url, 2_000);
            if (evidence.Url is not null && !(Uri.TryCreate(evidence.Url, UriKind.Absolute, out var url) && url.Scheme is "https" or "http"))
                errors.Add($"/evidence/{i}/url", "bad-url", "An address that begins with https:// or http://.");
            errors.Text($"/evidence/{i}/title", evidence.Title, 300);
            errors.Date($"/evidence/{i}/date", evidence.Date);
            if (evidence.Language is not null && (evidence.Language.Length is < 2 or > 35 || !evidence.Language.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')))
                errors.Add($"/evidence/{i}/language", "bad-language", "A BCP 47 tag, such as fr or nl.");
        }
    }

    private static void Need(FieldErrors errors, string pointer, bool isThere, string expected)
    {
        if (!isThere)
            errors.Add(pointer, "required", expected);
    }
}
