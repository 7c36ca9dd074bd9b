using Insp1r.Advocacy.Data;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Advocacy.Demands;

/// <summary>The target bodies of a demand, named by id or code, as codes.</summary>
internal static class TargetBodyCodes
{
    public static async Task<string[]> ResolveAsync(AdvocacyDb db, IReadOnlyList<string>? named, FieldErrors errors, CancellationToken ct)
    {
        if (named is null || named.Count is 0 or > DemandFields.MaxBodies)
            return [.. named ?? []];

        var ids = named.Select(name => Guid.TryParse(name, out var id) ? id : Guid.Empty).ToArray();
        var names = named.Where(name => name is not null && name.All(char.IsAscii) && !name.Contains('\0', StringComparison.Ordinal)).ToArray();
        var known = await db.TargetBodies.Where(body => names.Contains(body.Code) || ids.Contains(body.Id)).Select(body => new { body.Id, body.Code }).ToListAsync(ct);
        var codes = new string[named.Count];
        for (var i = 0; i < codes.Length; i++)
        {
            var code = known.Find(body => body.Code == named[i] || body.Id == ids[i])?.Code;
            if (code is null && named[i] is not null)
                errors.Add($"/targetBodies/{i}", "unknown-target-body", "The code or id of a target body; GET /api/v1/target-bodies lists them.");
            codes[i] = code ?? named[i];
        }

        return codes;
    }
}
