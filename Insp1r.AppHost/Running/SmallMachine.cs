namespace Insp1r.AppHost.Running;

/// <summary>Settings that Aspire's own processes inherit, so that they leave a small machine to the services; whoever sets one of these decides instead.</summary>
internal static class SmallMachine
{
    public static void Apply()
    {
        // The dashboard is built for servers with a heap for each core.
        Default("DOTNET_gcServer", "0");
        Default("DOTNET_GCConserveMemory", "5");
        // Profiling themselves costs a third of the processor time of their start. The services have it: in the long run it makes them faster.
        Default("DOTNET_TieredPGO", "0");
        // The orchestrator and its monitor for each process are Go programs: they collect garbage earlier.
        Default("GOGC", "40");
    }

    private static void Default(string name, string value)
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name)))
            Environment.SetEnvironmentVariable(name, value);
    }
}
