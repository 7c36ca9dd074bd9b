using Insp1r.Platform;

namespace Insp1r.Cli;

/// <summary>
/// The platform under real Aspire, which keeps its own record of resources: what the other commands need of it is written here.
/// </summary>
internal static class AspireRun
{
    private static readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(2) };

    /// <summary>The script that calls this program decides it, before it builds.</summary>
    public static bool IsChosen => Environment.GetEnvironmentVariable("UseAspire") == "true";

    /// <summary>The status to show once the gateway, which is ready after all others, answers; null before.</summary>
    public static async Task<PlatformStatus?> ProbeAsync(Installation installation, int processId, CancellationToken ct)
    {
        var address = $"http://127.0.0.1:{Environment.GetEnvironmentVariable("INSP1R_PORT")}";
        try
        {
            using var response = await _http.GetAsync(new Uri($"{address}/health/ready"), ct);
            if (!response.IsSuccessStatusCode || ProcessIdentity.Find(processId) is not { } engine)
                return null;

            var status = new PlatformStatus
            {
                State = PlatformState.Running,
                Message = "Aspire runs it: its dashboard shows all resources, with their logs and traces.",
                Engine = engine,
                StartedAt = DateTimeOffset.UtcNow,
                Address = address,
                Resources = [Running("gateway", address, "INSP!R"), Running("dashboard", Environment.GetEnvironmentVariable("ASPNETCORE_URLS"), null)],
            };
            status.Write(installation.State);
            return status;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !ct.IsCancellationRequested)
        {
            return null;
        }
    }

    private static ResourceStatus Running(string name, string? address, string? displayText) => new()
    {
        Name = name,
        Resource = name,
        Kind = "project",
        State = ResourceState.Running,
        Address = address,
        ServiceAddress = address,
        DisplayText = displayText,
    };
}
