using System.Text.Json;
using Insp1r.ServiceDefaults.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Insp1r.ServiceDefaults.Telemetry;

/// <summary>
/// Answers /health/ready, and logs one line each time that the answer changes. (The framework's own lines, which are switched off for this
/// one, would come with each probe.)
/// </summary>
internal sealed partial class HealthAnswer(ILogger<HealthAnswer> logger)
{
    private string _last = nameof(HealthStatus.Healthy);

    public static Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.RequestServices.GetRequiredService<HealthAnswer>().LogChange(report);
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(JsonSerializer.Serialize(
            new
            {
                Status = report.Status.ToString(),
                Checks = report.Entries.ToDictionary(entry => entry.Key, entry => new { Status = entry.Value.Status.ToString(), entry.Value.Description }),
            },
            JsonDefaults.Options));
    }

    private void LogChange(HealthReport report)
    {
        var unwell = report.Entries.Where(entry => entry.Value.Status != HealthStatus.Healthy)
            .Select(entry => $"{entry.Key} ({entry.Value.Description ?? entry.Value.Exception?.Message ?? entry.Value.Status.ToString()})");
        var now = report.Status == HealthStatus.Healthy ? nameof(HealthStatus.Healthy) : $"{report.Status}: {string.Join(", ", unwell)}";
        if (Interlocked.Exchange(ref _last, now) == now)
            return;

        if (report.Status == HealthStatus.Healthy)
            Log.Well(logger);
        else
            Log.Unwell(logger, now);
    }

    private static partial class Log
    {
        [LoggerMessage(106, LogLevel.Warning, "{Health}")]
        public static partial void Unwell(ILogger logger, string health);

        [LoggerMessage(107, LogLevel.Information, "Healthy")]
        public static partial void Well(ILogger logger);
    }
}
