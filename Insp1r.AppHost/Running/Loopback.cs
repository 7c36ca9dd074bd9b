using Microsoft.Extensions.Configuration;

namespace Insp1r.AppHost.Running;

/// <summary>Everything on the loopback, without certificates and without questions to the internet; whoever sets one of these decides instead.</summary>
internal static class Loopback
{
    private const string Urls = "ASPNETCORE_URLS";
    private const int DashboardPort = 18888;

    /// <returns>The dashboard's address.</returns>
    public static string Apply(ConfigurationManager configuration)
    {
        // Two platforms on one machine have two dashboards.
        Default(Urls, $"http://127.0.0.1:{(FreePort.IsFree(DashboardPort) ? DashboardPort : FreePort.Next())}");
        Default("ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL", "http://127.0.0.1:0");
        Default("ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL", "http://127.0.0.1:0");
        Default("ASPIRE_ALLOW_UNSECURED_TRANSPORT", "true");
        Default("ASPIRE_DEVELOPER_CERTIFICATE_DEFAULT_TRUST", "false");
        Default("ASPIRE_DCP_USE_DEVELOPER_CERTIFICATE", "false");
        Default("ASPIRE_VERSION_CHECK_DISABLED", "true");
        // The application host ends after its processes, not before them.
        Default("DcpPublisher:WaitForResourceCleanup", "true");
        return configuration[Urls]!.Split(';')[0];

        void Default(string name, string value)
        {
            if (string.IsNullOrEmpty(configuration[name]))
                configuration[name] = value;
        }
    }
}
