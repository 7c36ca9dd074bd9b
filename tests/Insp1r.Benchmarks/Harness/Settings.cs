namespace Insp1r.Benchmarks.Harness;

/// <summary>How long the measuring takes. <paramref name="Patience"/> is the longest wait for an idle machine before a round.</summary>
internal sealed record Settings(int Rounds, TimeSpan Round, TimeSpan WarmUp, TimeSpan Patience, bool Quick)
{
    public static readonly Settings Full = new(5, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(20), Quick: false);

    /// <summary>For a look in between: the same figures, with fewer and shorter rounds.</summary>
    public static readonly Settings Short = new(2, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4), Quick: true);
}
