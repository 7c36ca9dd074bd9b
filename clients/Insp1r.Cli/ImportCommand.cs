using System.CommandLine;
using System.Net.Http.Headers;
using System.Text;
using Insp1r.Platform;

namespace Insp1r.Cli;

/// <summary>
/// Sends a file of members to the running platform, and prints or writes the file that comes back. What came of it is said on the error stream; the exit
/// code is 1 where rows were not taken.
/// </summary>
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
        var mapping = new Option<string?>("--mapping") { Description = "Which header is which field, as JSON: {\"Structure\": \"name\", \"Notes\": null}" };
        var idNamespace = new Option<string?>("--namespace") { Description = "The namespace of the ids in the file" };
        var allow = new Option<string?>("--allow") { Description = "Problems that are none in this file: other-name, same-name, or both with a comma" };
        var command = new Command("import", "Import a list of members, with a dry run first") { file, node, client, commit, result, mapping, idNamespace, allow };
        command.SetAction(async (parsed, ct) =>
        {
            var source = parsed.GetValue(file)!;
            if (!source.Exists)
                throw new PlatformException($"There is no file {source.FullName}.");
            var target = parsed.GetValue(result);
            (string Name, string? Value)[] query =
            [
                ("mode", parsed.GetValue(commit) ? "commit" : "validate"), ("node", parsed.GetValue(node)), ("mapping", parsed.GetValue(mapping)),
                ("namespace", parsed.GetValue(idNamespace)), ("allow", parsed.GetValue(allow)),
            ];
            using var response = await SendAsync(source, IsSpreadsheet(target) ? Spreadsheet : Csv, query, parsed.GetValue(client)!, ct);
            var answer = await response.Content.ReadAsByteArrayAsync(ct);
            if (target is null)
                Console.Write(InTerminal(answer, response.Content.Headers.ContentType?.CharSet));
            else
                await File.WriteAllBytesAsync(target.FullName, answer, ct);
            return Conclude(response, parsed.GetValue(commit));
        });
        return command;
    }

    // The file keeps its office's encoding, the terminal has its own.
    private static string InTerminal(byte[] answer, string? charset)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        return Encoding.GetEncoding(charset ?? "utf-8").GetString(answer).TrimStart('\uFEFF');
    }

    private static int Conclude(HttpResponseMessage response, bool commit)
    {
        var summary = Header(response, "Import-Summary");
        Console.Error.WriteLine($"{(commit ? "Written" : "Dry run, nothing is changed")}: {summary}");
        if (Header(response, "Import-Not-Read") is { Length: > 0 } unread)
            Console.Error.WriteLine($"Columns that were not read: {string.Join(", ", unread.Split(", ").Select(Uri.UnescapeDataString))}. --mapping says what they are.");
        return summary.Contains("conflict=0, rejected=0", StringComparison.Ordinal) ? 0 : 1;
    }

    private static string Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : "";

    private static async Task<HttpResponseMessage> SendAsync(FileInfo file, string accept, (string Name, string? Value)[] query, string client, CancellationToken ct)
    {
        var installation = Installation.Current;
        var address = installation.LiveStatus().Address!;
        using var http = new HttpClient { Timeout = TimeSpan.FromMinutes(10) };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"{address}/api/v1/imports?{string.Join('&', query.Where(pair => pair.Value is not null).Select(pair => $"{pair.Name}={Uri.EscapeDataString(pair.Value!)}"))}"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await TokenCommand.OfAsync(installation, client, ct));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(accept));
        await using var content = file.OpenRead();
        request.Content = new StreamContent(content) { Headers = { ContentType = new MediaTypeHeaderValue(IsSpreadsheet(file) ? Spreadsheet : Csv) } };
        try
        {
            var response = await http.SendAsync(request, ct);
            return response.IsSuccessStatusCode
                ? response
                : throw new PlatformException($"The platform answers {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(ct)}");
        }
        catch (HttpRequestException e)
        {
            throw new PlatformException($"{address} does not answer: {e.Message}. What runs: ./insp1r status");
        }
    }

    private static bool IsSpreadsheet(FileInfo? file) => string.Equals(file?.Extension, ".xlsx", StringComparison.OrdinalIgnoreCase);
}
