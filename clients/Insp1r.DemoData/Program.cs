using Insp1r.DemoData;

const string GatewayVariable = "services__gateway__http__0";

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, key) =>
{
    key.Cancel = true;
    stop.Cancel();
};

try
{
    var gateway = Environment.GetEnvironmentVariable(GatewayVariable)
        ?? throw new DemoDataException($"{GatewayVariable} is not set: it is the address of the gateway, such as http://127.0.0.1:8080.");
    var clients = DevelopmentClients.Read(Environment.GetEnvironmentVariable(DevelopmentClients.Variable));
    using var http = new HttpClient { BaseAddress = new Uri(gateway) };

    var demo = DemoSet.Load();
    var added = await new Loader(new Platform(http, clients, TimeProvider.System), demo, TimeProvider.System).LoadAsync(stop.Token);
    Console.WriteLine(
        $"Demo data: {demo.Nodes.Count} nodes, {demo.Organisations.Count} organisations, {demo.Services.Count} services, {demo.Figures.Count} figures, {demo.Campaigns.Count} campaigns, {demo.Outcomes.Count} outcomes, "
        + $"{demo.Events.Count} events; {added} records were new.");
    return 0;
}
catch (Exception e) when (e is DemoDataException or RefusedException)
{
    await Console.Error.WriteLineAsync($"The demo data were not loaded. {e.Message}");
    return 1;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return 130;
}
