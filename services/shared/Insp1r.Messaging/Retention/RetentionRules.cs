using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Insp1r.Messaging.Retention;

/// <summary>The rules of this service, with the periods that are configured.</summary>
public sealed class RetentionRules(IEnumerable<RetentionRule> rules, TimeProvider clock)
{
    public IReadOnlyList<RetentionRule> All { get; } = [.. rules];

    /// <summary>What of this class is from before that time has had its time.</summary>
    public DateTimeOffset CutOff(string dataClass) => clock.GetUtcNow() - All.Single(rule => rule.DataClass == dataClass).Keep;
}

public static class RetentionRulesExtensions
{
    /// <summary>
    /// Adds a service's rules. <c>Retention:{class}</c> says how many days, with or without the hyphens, which the name of an environment
    /// variable cannot have. Throws where one is out of its rule's bounds, and names them all.
    /// </summary>
    public static WebApplicationBuilder AddRetention(this WebApplicationBuilder builder, IEnumerable<RetentionRule> rules)
    {
        var configured = rules.Select(rule => rule with { Days = DaysOf(builder.Configuration, rule) }).ToList();
        var faults = configured.Where(rule => rule.Days < rule.Least || rule.Days > rule.Most)
            .Select(rule => $"Retention:{rule.DataClass} is {rule.Least} to {rule.Most} days, not {rule.Days}.").ToList();
        if (faults.Count > 0)
            throw new InvalidOperationException(string.Join(' ', faults));

        foreach (var rule in configured)
            builder.Services.AddSingleton(rule);
        return builder;
    }

    private static int DaysOf(ConfigurationManager configuration, RetentionRule rule) =>
        configuration.GetValue<int?>($"Retention:{rule.DataClass}")
        ?? configuration.GetValue<int?>($"Retention:{rule.DataClass.Replace("-", "", StringComparison.Ordinal)}")
        ?? rule.Days;
}
