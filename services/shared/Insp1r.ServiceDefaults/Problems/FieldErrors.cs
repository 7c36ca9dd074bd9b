using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.ServiceDefaults.Problems;

/// <summary>Collects all that is wrong with a request, so that it is answered at once and not one fault at a time.</summary>
public sealed class FieldErrors
{
    private List<FieldError>? _errors;

    public bool Any => _errors is not null;
    public IReadOnlyList<FieldError> Items => _errors ?? [];

    public void Add(string pointer, string code, string detail) => (_errors ??= []).Add(new FieldError(pointer, code, detail));

    /// <summary>A text that must be there, of 1 to <paramref name="max"/> characters and without control characters.</summary>
    public void Required(string pointer, string? value, int max)
    {
        if (string.IsNullOrWhiteSpace(value))
            Add(pointer, "required", $"Give a text of 1 to {max} characters.");
        else
            Text(pointer, value, max);
    }

    /// <summary>A text that may be absent.</summary>
    public void Text(string pointer, string? value, int max)
    {
        if (value is null)
            return;
        if (value.Length > max)
            Add(pointer, "too-long", $"At most {max} characters; this has {value.Length}.");
        else if (HasForbiddenCharacter(value))
            Add(pointer, "bad-character", "Control characters and broken surrogate pairs are not allowed.");
    }

    /// <summary>A text in one or more of the network's languages, such as {"en": "...", "fr": "..."}.</summary>
    public void Languages(string pointer, IReadOnlyDictionary<string, string>? texts, int max, bool required)
    {
        if (texts is null || texts.Count == 0)
        {
            if (required)
                Add(pointer, "required", "Give the text in at least one language: en, fr or es.");
            return;
        }

        foreach (var (language, text) in texts)
        {
            if (!Problems.Languages.All.Contains(language, StringComparer.Ordinal))
                Add($"{pointer}/{Escape(language)}", "unknown-language", $"Languages are {string.Join(", ", Problems.Languages.All)}.");
            else
                Required($"{pointer}/{language}", text, max);
        }
    }

    /// <summary>A text in several languages, of which the one that it was written in must be there.</summary>
    public void Sourced(string pointer, IReadOnlyDictionary<string, string>? texts, string? source, int max)
    {
        Languages(pointer, texts, max, required: true);
        if (texts is { Count: > 0 } && Problems.Languages.All.Contains(source, StringComparer.Ordinal) && !texts.ContainsKey(source!))
            Add($"{pointer}/{source}", "source-language-missing", $"The source language is {source}: give the text in it.");
    }

    /// <summary>A list of at most <paramref name="max"/> items, none of them null.</summary>
    public void Count<T>(string pointer, IReadOnlyCollection<T>? items, int max)
    {
        if (items is null)
            Add(pointer, "required", "Give a list; it may be empty.");
        else if (items.Count > max)
            Add(pointer, "too-many", $"At most {max}; these are {items.Count}.");
        else if (items.Any(item => item is null))
            Add(pointer, "required", "No item may be null.");
    }

    /// <summary>One of a fixed set of words.</summary>
    public void OneOf(string pointer, string? value, IReadOnlyCollection<string> allowed, string code)
    {
        if (value is null)
            Add(pointer, "required", $"One of {string.Join(", ", allowed)}.");
        else if (!allowed.Contains(value, StringComparer.Ordinal))
            Add(pointer, code, $"One of {string.Join(", ", allowed)}.");
    }

    public ProblemHttpResult ToProblem() => CommonErrors.Invalid.ToProblem("See 'errors' for each field.", Items);

    /// <summary>Escapes one segment of a JSON pointer (RFC 6901).</summary>
    public static string Escape(string segment)
    {
        var shortened = segment.Length > 100 ? segment[..100] : segment;
        return shortened.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
    }

    // PostgreSQL cannot store U+0000 in a text, and a lone surrogate has no UTF-8 form.
    private static bool HasForbiddenCharacter(string value)
    {
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            if (char.IsControl(c) && c is not ('\n' or '\r' or '\t'))
                return true;
            if (char.IsHighSurrogate(c) && i + 1 < value.Length && char.IsLowSurrogate(value[i + 1]))
                i++;
            else if (char.IsSurrogate(c))
                return true;
        }

        return false;
    }
}

/// <summary>The network's working languages, as BCP 47 tags.</summary>
public static class Languages
{
    public static readonly string[] All = ["en", "fr", "es"];
}
