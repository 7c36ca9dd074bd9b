namespace Insp1r.ServiceDefaults.Access;

/// <summary>
/// Where a service tells membership what it holds of a person, for the person's export. No route of the gateway leads there, and the
/// scope is in no client's token: membership issues it to itself.
/// </summary>
public static class PersonalData
{
    public const string Route = "/persons/{id:guid}/data";

    public static string AddressOf(Guid person) => $"/persons/{person}/data";
}
