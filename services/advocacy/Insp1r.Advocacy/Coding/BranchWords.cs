using Insp1r.ServiceDefaults.Http;

namespace Insp1r.Advocacy.Coding;

internal static class BranchWords
{
    /// <summary>Branches as they are stored and sent.</summary>
    public static string[] ToWords(this IEnumerable<SocialProtectionBranch> branches) => [.. branches.Distinct().Select(Words.Of)];

    /// <summary>Branches as they were stored.</summary>
    public static SocialProtectionBranch[] ToBranches(this IEnumerable<string> words) =>
        [.. words.Select(word => Words.TryParse<SocialProtectionBranch>(word, out var branch) ? branch : throw new InvalidDataException($"There is no branch '{word}'."))];
}
