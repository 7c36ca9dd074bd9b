using Insp1r.Membership.Reference;

namespace Insp1r.Membership.Services;

internal static class ServiceSearch
{
    // "maternité au Burkina Faso": who asks in a sentence is to find as much.
    private const string InACountry = "in the au aux à la en el las los";

    /// <summary>All that a service is found by, in the three languages, folded. What its organisation is called is looked for beside it.</summary>
    public static string Of(ServiceContent content) => SearchText.Fold(content.OtherKind, null,
    [
        content.Kind, ServiceKinds.SearchWords(content.Kind),
        .. content.Branches.Select(ProtectionBranches.SearchWords),
        .. content.TargetGroups.Select(TargetGroups.SearchWords),
        .. content.Countries.SelectMany(CountryNames.Of), InACountry,
        .. content.Description.Values,
    ]);
}
