using System.CommandLine;
using System.Net.Http.Headers;
using Insp1r.Platform;

namespace Insp1r.Cli;

/// <summary>Sends a file of members to the running platform, and prints or writes the file that comes back.</summary>
internal static class ImportCommand
{
    private const string Csv = "text/csv";
    private const string Spreadsheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    public static Command Create()
    {
        var file = new Argument<FileInfo>("file") { Description = "A list of members, CSV or .xlsx" };
        var node = new Option<string>("--node") { Description = "The network whose members they are, such as insp1r.africa.rw", Required = true };
        var client = new Option<string>("--client") { Description = "The development client that sends it", DefaultValueFactory = _ => "steward" };
        var commit = new Option<bool>("--commit") { Description = "Write it; without, nothing is changed" };
        var result = new Option<FileInfo?>("--result") { Description = "Where to put the file with what came of each row; as CSV it is printed if not given" };
        var command = new Command("import", "Import a list of members, with a dry run first") { file, node, client, commit, result };
        command.SetAction(async (parsed, ct) =>
        {
            var source = parsed.GetValue(file)!;
            if (!source.Exists)
                throw new PlatformException($"There is no file {source.FullName}.");
            var target = parsed.GetValue(result);
            var answer = await SendAsync(
                source, IsSpreadsheet(target) ? Spreadsheet : Csv, parsed.GetValue(node)!, parsed.GetValue(client)!, parsed.GetValue(commit) ? "commit" : "validate", ct);
            if (target is null)
            {
                await using var output = Console.OpenStandardOutput();
                await output.WriteAsync(answer, ct);
            }
            else
            {
                await File.WriteAllBytesAsync(target.FullName, answer, ct);
            }

            return 0;
        });
        return command;
    }

    private static async Task<byte[]> SendAsync(FileInfo file, string accept, string node, string client, string mode, CancellationToken ct)
    {
        var installation = Installation.Current;
        var address = installation.LiveStatus().Address!;
        using var http = new HttpClient { Timeout = TimeSpan.FromMinutes(10) };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"{address}/api/v1/imports?mode={mode}&node={Uri.EscapeDataString(node)}"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await TokenCommand.OfAsync(installation, client, ct));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(accept));
        await using var content = file.OpenRead();
        request.Content = new StreamContent(content) { Headers = { ContentType = new MediaTypeHeaderValue(IsSpreadsheet(file) ? Spreadsheet : Csv) } };
        try
        {
            using var response = await http.SendAsync(request, ct);
            return response.IsSuccessStatusCode
                ? await response.Content.ReadAsByteArrayAsync(ct)
                : throw new PlatformException($"The platform answers {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(ct)}");
        }
        catch (HttpRequestException e)
        {
            throw new PlatformException($"{address} does not answer: {e.Message}. What runs: ./insp1r status");
        }
    }

    private static bool IsSpreadsheet(FileInfo? file) => string.Equals(file?.Extension, ".xlsx", StringComparison.OrdinalIgnoreCase);
}
