namespace Insp1r.Benchmarks.Harness;

/// <summary>How much is measured: numbers to publish, a look in between, or whether each figure can be taken at all.</summary>
internal enum Extent
{
    Full,
    Quick,
    Proof,
}

/// <summary>How long the measuring takes. <paramref name="Patience"/> is the longest wait for an idle machine before a round.</summary>
internal sealed record Settings(Extent Extent, int Rounds, TimeSpan Round, TimeSpan WarmUp, TimeSpan Patience)
{
    public static readonly Settings Full = new(Extent.Full, 5, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(20));

    /// <summary>For a look in between: the same figures, with fewer and shorter rounds.</summary>
    public static readonly Settings Quick = new(Extent.Quick, 2, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4));

    /// <summary>For the tests: about a second for each figure. Its numbers are of the right kind, and say nothing about speed.</summary>
    public static readonly Settings Proof = new(Extent.Proof, 1, TimeSpan.FromSeconds(1), TimeSpan.Zero, TimeSpan.Zero);

    /// <summary>What a figure sets for itself: its number of rounds, of rows, of seconds.</summary>
    public int Choose(int full, int quick, int proof) => Extent switch { Extent.Full => full, Extent.Quick => quick, _ => proof };
}
