namespace Insp1r.Communications.Announcements;

/// <summary>How an outcome's announcements are drafted.</summary>
internal sealed class DraftingOptions
{
    public const string Section = "Drafting";

    /// <summary>
    /// How long a draft waits for nodes and organisations that this service has not heard of, 0 to 5 minutes; 20 seconds if not
    /// configured. Then it is written with what is known.
    /// </summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(20);
}

internal static class Drafting
{
    public static void AddDrafting(this IServiceCollection services) =>
        services.AddOptions<DraftingOptions>().BindConfiguration(DraftingOptions.Section)
            .Validate(options => options.Patience >= TimeSpan.Zero && options.Patience <= TimeSpan.FromMinutes(5), "Drafting:Patience is a time from 00:00:00 to 00:05:00.")
            .ValidateOnStart();
}
