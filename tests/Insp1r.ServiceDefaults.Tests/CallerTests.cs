using Insp1r.ServiceDefaults.Access;
using Xunit;

namespace Insp1r.ServiceDefaults.Tests;

public class CallerTests
{
    [Theory]
    [InlineData("steward", Role.Steward, true)]
    [InlineData("steward", Role.Contributor, true)]
    [InlineData("steward", Role.Reader, true)]
    [InlineData("steward", Role.Sender, false)]
    [InlineData("steward", Role.Operator, false)]
    [InlineData("contributor", Role.Reader, true)]
    [InlineData("contributor", Role.Steward, false)]
    [InlineData("sender", Role.Reader, true)]
    [InlineData("sender", Role.Contributor, false)]
    [InlineData("operator", Role.Reader, false)]
    [InlineData("reader", Role.Contributor, false)]
    public void May_RoleOfTheGrant_IncludesWhatItSays(string granted, Role wanted, bool expected) =>
        Assert.Equal(expected, With($"{granted}@insp1r.africa").May(wanted, "insp1r.africa.rw"));

    [Theory]
    [InlineData("insp1r.africa.rw", true)]
    [InlineData("insp1r.africa.rw.kigali", true)]
    [InlineData("insp1r.africa", false)]
    [InlineData("insp1r.africa.rw2", false)]
    [InlineData("insp1r.africa.ml", false)]
    public void May_GrantAtANode_CoversItsSubtreeAlone(string node, bool expected) =>
        Assert.Equal(expected, With("contributor@insp1r.africa.rw").May(Role.Contributor, node));

    [Fact]
    public void May_NoGrant_IsNo() => Assert.False(Caller.Anonymous.May(Role.Reader, NodePath.Root));

    [Fact]
    public void NodesFor_NestedGrants_KeepsTheTopmost() =>
        Assert.Equal(["insp1r.africa"], With("reader@insp1r.africa.rw", "steward@insp1r.africa", "sender@insp1r.africa.ml").NodesFor(Role.Reader));

    [Theory]
    [InlineData("king@insp1r")]
    [InlineData("steward@")]
    [InlineData("@insp1r")]
    [InlineData("2@insp1r")]
    [InlineData("steward insp1r")]
    [InlineData("steward@insp1r.%")]
    public void Grant_NotOurs_IsNotRead(string text) => Assert.False(Grant.TryParse(text, out _));

    private static Caller With(params string[] grants) =>
        new("test", [.. grants.Select(text => Grant.TryParse(text, out var grant) ? grant : throw new ArgumentException(text, nameof(grants)))], Scopes.All);
}
