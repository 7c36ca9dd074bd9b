namespace Insp1r.ServiceDefaults.Access;

/// <summary>Where membership tells the gateway from which origins pages of apps call the API. No route of the gateway leads there.</summary>
public static class AppOrigins
{
    public const string Path = "/access/origins";
}
