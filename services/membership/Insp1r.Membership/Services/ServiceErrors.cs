using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Membership.Services;

internal static class ServiceErrors
{
    public static readonly Error Withdrawn = new(409, "service-withdrawn", "The service was withdrawn");
}
