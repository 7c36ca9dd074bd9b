using System.Text.Json;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Insp1r.Membership.Imports;

/// <summary>A file as it was sent: as the body itself, or as a part of a form with, perhaps, a part <c>mapping</c>.</summary>
internal sealed record ImportUpload(byte[] Bytes, string? Charset, string? Mapping)
{
    public const int MaxFile = 20 << 20;
    public const string Form = "multipart/form-data";

    /// <summary>What is sent as a file of text. (Some systems call CSV what it is opened with.)</summary>
    public static readonly string[] MediaTypes = ["text/csv", SpreadsheetFile.MediaType, "text/plain", "text/tab-separated-values", "application/vnd.ms-excel", "application/octet-stream"];

    // The frame of a form.
    private const int MaxFrame = 64 << 10;

    public static async Task<(ImportUpload? Upload, ProblemHttpResult? Refusal)> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        var isTooLarge = request.ContentLength > MaxFile + MaxFrame;
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            // The server drops what still comes, for five seconds at most: a client that reads only after it has sent then sees the answer.
            size.MaxRequestBodySize = isTooLarge ? null : MaxFile + MaxFrame;
        }

        if (isTooLarge)
            return (null, TooLarge());
        _ = MediaTypeHeaderValue.TryParse(request.ContentType, out var type);
        if (string.Equals(type?.MediaType.Value, Form, StringComparison.OrdinalIgnoreCase))
            return await ReadFormAsync(request, ct);
        if (!MediaTypes.Contains(type?.MediaType.Value, StringComparer.OrdinalIgnoreCase))
            return (null, CommonErrors.UnsupportedMediaType.ToProblem($"Send the file as text/csv, {SpreadsheetFile.MediaType} or {Form}."));

        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, ct);
        return Take(body.ToArray(), type?.Charset.Value, null);
    }

    private static async Task<(ImportUpload?, ProblemHttpResult?)> ReadFormAsync(HttpRequest request, CancellationToken ct)
    {
        // In memory, as all else here: who is a member of what is not to lie in a temporary file.
        var bounds = new FormOptions { MemoryBufferThreshold = MaxFile + MaxFrame, MultipartBodyLengthLimit = MaxFile + MaxFrame, ValueCountLimit = 10, ValueLengthLimit = MaxFrame };
        try
        {
            var form = await new FormFeature(request, bounds).ReadFormAsync(ct);
            if (form.Files is not [var file])
                return (null, CommonErrors.BadRequest.ToProblem("The form has one file.", [new FieldError("/file", "required", "One file.")]));
            using var bytes = new MemoryStream();
            await file.CopyToAsync(bytes, ct);
            _ = MediaTypeHeaderValue.TryParse(file.ContentType, out var type);
            return Take(bytes.ToArray(), type?.Charset.Value, form["mapping"].FirstOrDefault());
        }
        catch (Exception e) when (e is InvalidDataException or IOException and not BadHttpRequestException)
        {
            return (null, CommonErrors.BadRequest.ToProblem("The form cannot be read: its parts or their headers are malformed."));
        }
    }

    private static (ImportUpload?, ProblemHttpResult?) Take(byte[] bytes, string? charset, string? mapping) =>
        bytes.Length > MaxFile ? (null, TooLarge()) : (new ImportUpload(bytes, charset?.Trim('"'), mapping), null);

    private static ProblemHttpResult TooLarge() => CommonErrors.TooLarge.ToProblem($"A file has at most {MaxFile >> 20} MiB. Divide it, or send a sync batch.");

    /// <summary>Which header is which field, such as {"Nom de la structure": "name", "Remarques": null}; null where it is not that.</summary>
    public static IReadOnlyDictionary<string, string?>? ReadMapping(string? json)
    {
        if (json is null)
            return new Dictionary<string, string?>(StringComparer.Ordinal);
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string?>>(json, JsonDefaults.Options) is { } mapping
                && mapping.Values.All(field => field is null || ImportColumns.Fields.Contains(field, StringComparer.Ordinal)) ? mapping : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
