using Insp1r.ServiceDefaults.Http;

namespace Insp1r.Membership.Persons;

/// <summary>
/// Who was erased, in a file outside the database (<c>Erasures:File</c>): a database restored from a backup of before has these persons
/// again. A line is an id and the reason's word, and tells nothing of anybody.
/// </summary>
internal sealed class ErasureRegister(IConfiguration configuration)
{
    private readonly string? _file = configuration["Erasures:File"] is { Length: > 0 } file ? file : null;

    public Task NoteAsync(Guid person, ErasureReason reason)
    {
        if (_file is null)
            return Task.CompletedTask;

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(_file))!);
        return File.AppendAllTextAsync(_file, $"{person} {Words.Of(reason)}\n");
    }

    public async Task<Dictionary<Guid, ErasureReason>> ReadAsync(CancellationToken ct)
    {
        var noted = new Dictionary<Guid, ErasureReason>();
        foreach (var line in File.Exists(_file) ? await File.ReadAllLinesAsync(_file, ct) : [])
        {
            // A line that a power cut left half counts for nothing: the database knows of it.
            if (line.Split(' ') is [var id, var word] && Guid.TryParse(id, out var person) && Words.TryParse<ErasureReason>(word, out var reason))
                noted[person] = reason;
        }

        return noted;
    }
}
