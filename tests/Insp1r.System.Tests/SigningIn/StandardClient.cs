using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Insp1r.System.Tests.SigningIn;

/// <summary>npm openid-client in a process of its own, as a developer of an app would use it.</summary>
internal sealed class StandardClient : IAsyncDisposable
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "StandardClient");
    private readonly Process _node = Start("node", ["client.mjs"]);

    private static readonly Lazy<Task> Installed = new(InstallAsync);

    /// <summary>Starts it, with the libraries that the lock file names.</summary>
    public static async Task<StandardClient> StartAsync(CancellationToken ct)
    {
        await Installed.Value.WaitAsync(ct);
        return new StandardClient();
    }

    /// <summary>Does one flow, and gives what the library gave, with <c>failed</c> for an error of the protocol.</summary>
    public async Task<JsonNode> DoAsync(string flow, object request, CancellationToken ct)
    {
        var line = JsonSerializer.SerializeToNode(request, JsonSerializerOptions.Web)!.AsObject();
        line["flow"] = flow;
        await _node.StandardInput.WriteLineAsync(line.ToJsonString().AsMemory(), ct);
        await _node.StandardInput.FlushAsync(ct);
        return JsonNode.Parse(await _node.StandardOutput.ReadLineAsync(ct) ?? throw new InvalidOperationException("The client ended."))!;
    }

    /// <exception cref="InvalidOperationException">The flow failed.</exception>
    public async Task<JsonNode> SucceedAsync(string flow, object request, CancellationToken ct) =>
        await DoAsync(flow, request, ct) is var answer && answer["failed"] is null ? answer : throw new InvalidOperationException($"{flow}: {answer}");

    public async Task<string?> FailAsync(string flow, object request, CancellationToken ct) => (string?)(await DoAsync(flow, request, ct))["failed"];

    public async ValueTask DisposeAsync()
    {
        _node.StandardInput.Close();
        await _node.WaitForExitAsync(CancellationToken.None);
        _node.Dispose();
    }

    private static async Task InstallAsync()
    {
        using var npm = Start("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"]);
        npm.StandardInput.Close();
        var said = await npm.StandardOutput.ReadToEndAsync();
        await npm.WaitForExitAsync();
        if (npm.ExitCode != 0)
            throw new InvalidOperationException($"npm ci failed: {said}");
    }

    private static Process Start(string program, string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        WorkingDirectory = Folder,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        UseShellExecute = false,
    })!;
}
