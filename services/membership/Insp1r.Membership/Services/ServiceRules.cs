using Insp1r.Membership.Data;
using Insp1r.Membership.Organisations;
using Insp1r.Membership.Reference;
using Insp1r.Membership.Strength;
using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Membership.Services;

/// <summary>What holds for a service's fields, when it is recorded and when it changes.</summary>
internal static class ServiceRules
{
    private const int MaxOtherKind = 100;
    private const int MaxDescription = 4_000;
    private const int MaxSource = 500;
    private const int MaxCountries = 50;
    private const int MaxYears = 50;

    /// <summary>Says what is wrong, and gives the content with codes and years in canonical order.</summary>
    public static ServiceContent Check(FieldErrors errors, ServiceContent content, DateTimeOffset now)
    {
        errors.OneOf("/kind", content.Kind, ServiceKinds.All, "unknown-kind");
        if (content.Kind == ServiceKinds.Other)
            errors.Required("/otherKind", content.OtherKind, MaxOtherKind);
        else if (content.OtherKind is not null)
            errors.Add("/otherKind", "not-other", $"Only where the kind is {ServiceKinds.Other}.");
        Words(errors, "/branches", content.Branches, ProtectionBranches.All, "unknown-branch");
        Words(errors, "/targetGroups", content.TargetGroups, TargetGroups.All, "unknown-target-group");
        errors.Languages("/description", content.Description, MaxDescription, required: false);
        errors.Date("/from", content.From);
        errors.Date("/to", content.To);
        errors.Period("/to", content.From, content.To);
        errors.Text("/source", content.Source, MaxSource);
        errors.WebAddress("/sourceUrl", content.SourceUrl);
        Reach(errors, content.Reach, now);
        var countries = Countries(errors, content.Countries);
        return errors.Any ? content : content with
        {
            Branches = [.. ProtectionBranches.All.Where(content.Branches.Contains)],
            TargetGroups = [.. TargetGroups.All.Where(content.TargetGroups.Contains)],
            Countries = countries,
            Description = LanguageTexts.Canonical(content.Description),
            Reach = [.. content.Reach.OrderBy(year => year.Year).Select(year => year.Canonical())],
        };
    }

    private static void Words(FieldErrors errors, string pointer, string[] words, IReadOnlyCollection<string> known, string code)
    {
        if (words.Length > known.Count)
        {
            errors.Add(pointer, "too-many", $"At most {known.Count}.");
            return;
        }

        for (var i = 0; i < words.Length; i++)
        {
            if (words.Take(i).Contains(words[i], StringComparer.Ordinal))
                errors.Add($"{pointer}/{i}", "repeated", "Each once.");
            else
                errors.OneOf($"{pointer}/{i}", words[i], known, code);
        }
    }

    private static string[] Countries(FieldErrors errors, string[] codes)
    {
        if (codes.Length is 0 or > MaxCountries)
        {
            errors.Add("/countries", codes.Length == 0 ? "required" : "too-many", $"1 to {MaxCountries} codes of ISO 3166-1.");
            return [];
        }

        var found = new SortedSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < codes.Length; i++)
        {
            if (!Reference.Countries.TryParse(codes[i], out var alpha2))
                errors.Add($"/countries/{i}", "unknown-country", "An ISO 3166-1 code: RW, RWA or 646.");
            else if (!found.Add(alpha2))
                errors.Add($"/countries/{i}", "repeated", "Each once.");
        }

        return [.. found];
    }

    private static void Reach(FieldErrors errors, IReadOnlyList<Headcount> reach, DateTimeOffset now)
    {
        errors.Count("/reach", reach, MaxYears);
        if (errors.Any && (reach.Count > MaxYears || reach.Contains(null!)))
            return;

        for (var i = 0; i < reach.Count; i++)
        {
            reach[i].Check(errors, $"/reach/{i}", now);
            if (reach.Take(i).Any(other => other.Year == reach[i].Year))
                errors.Add($"/reach/{i}/year", "repeated", "One number a year.");
        }
    }
}
