using Aspire.Hosting;

namespace Insp1r.AppHost.Tests;

public sealed class NamesTests : IDisposable
{
    private readonly Model _model = new();

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData("membership")]
    [InlineData("demo-data")]
    [InlineData("a")]
    [InlineData("Node1")]
    public void Add_NameThatAspireTakes_IsTaken(string name) => Assert.Equal(name, _model.AddProject(name).Resource.Name);

    [Theory]
    [InlineData("")]
    [InlineData("1st")]
    [InlineData("-a")]
    [InlineData("a-")]
    [InlineData("a--b")]
    [InlineData("a_b")]
    [InlineData("naïve")]
    [InlineData("a234567890123456789012345678901234567890123456789012345678901234x")]
    public void Add_NameThatAspireRefuses_IsRefused(string name) =>
        Assert.ThrowsAny<ArgumentException>(() => _model.Builder.AddPostgres(name));

    [Fact]
    public void Add_NameOfAnotherResource_IsRefusedWhateverItsKindAndCase()
    {
        _model.AddProject("membership");

        var postgres = _model.Builder.AddPostgres("postgres");
        Assert.Throws<DistributedApplicationException>(() => postgres.AddDatabase("Membership"));
    }

    [Fact]
    public void HealthCheck_ProjectWithoutEndpoint_IsRefusedAtOnce()
    {
        var project = _model.AddProject("worker", """{ "profiles": {} }""");

        Assert.Throws<DistributedApplicationException>(() => project.WithHttpHealthCheck("/health"));
    }
}
