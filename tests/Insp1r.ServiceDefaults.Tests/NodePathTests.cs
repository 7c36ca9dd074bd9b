using FsCheck;
using FsCheck.Fluent;
using Insp1r.ServiceDefaults.Access;
using Xunit;

namespace Insp1r.ServiceDefaults.Tests;

public class NodePathTests
{
    private static readonly Gen<string> Paths =
        from depth in Gen.Choose(0, 4)
        from segments in Gen.ListOf(Gen.Elements("africa", "asia", "a", "af", "rw", "rw2", "0", "a-b"), depth)
        select string.Join('.', segments.Prepend(NodePath.Root));

    [Theory]
    [InlineData("insp1r")]
    [InlineData("insp1r.africa.rw")]
    [InlineData("insp1r.lac.do-2")]
    public void IsValid_PathOfTheNetwork_True(string path) => Assert.True(NodePath.IsValid(path));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("africa")]
    [InlineData("insp1r.")]
    [InlineData(".insp1r")]
    [InlineData("insp1r..rw")]
    [InlineData("insp1r.Africa")]
    [InlineData("insp1r.africa.%")]
    [InlineData("insp1r.-x")]
    [InlineData("insp1rx.africa")]
    [InlineData("insp1r.a.b.c.d.e.f")]
    [InlineData("insp1r.é")]
    public void IsValid_AnythingElse_False(string? path) => Assert.False(NodePath.IsValid(path));

    [Fact]
    public void Covers_AgreesWithItsSegments() =>
        Prop.ForAll(Paths.Two().ToArbitrary(), pair =>
        {
            var (upper, lower) = (pair.Item1.Split('.'), pair.Item2.Split('.'));
            return NodePath.Covers(pair.Item1, pair.Item2) == (lower.Length >= upper.Length && upper.SequenceEqual(lower.Take(upper.Length)));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void SelfAndAncestors_AreThePathsThatCoverIt() =>
        Prop.ForAll(Paths.Two().ToArbitrary(), pair => NodePath.Covers(pair.Item1, pair.Item2) == NodePath.SelfAndAncestors(pair.Item2).Contains(pair.Item1))
            .QuickCheckThrowOnFailure();
}
