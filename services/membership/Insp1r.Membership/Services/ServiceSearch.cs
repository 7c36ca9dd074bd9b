using Insp1r.Membership.Reference;
using Insp1r.ServiceDefaults.Problems;
using Insp1r.ServiceDefaults.Reference;

namespace Insp1r.Membership.Services;

internal static class ServiceSearch
{
    /// <summary>All that a service is found by, in the three languages, folded. What its organisation is called is looked for beside it.</summary>
    public static string Of(ServiceContent content) => SearchText.Fold(content.OtherKind, null,
    [
        content.Kind, ServiceKinds.SearchWords(content.Kind),
        .. content.Branches.Select(ProtectionBranches.SearchWords),
        .. content.TargetGroups.Select(TargetGroups.SearchWords),
        .. content.Countries.SelectMany(country => Languages.All.Select(language => CountryPhrases.In(country, language) ?? country)),
        .. content.Description.Values,
    ]);
}
