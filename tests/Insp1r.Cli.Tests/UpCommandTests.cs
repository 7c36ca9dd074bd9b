namespace Insp1r.Cli.Tests;

public sealed class UpCommandTests
{
    [Theory]
    [InlineData("abc")]
    [InlineData("0")]
    [InlineData("-1")]
    public void Replicas_ThatAreNoNumberOfProcesses_AreRefusedInWords(string given)
    {
        var parsed = UpCommand.Create().Parse(["--replicas", given]);

        Assert.Contains(parsed.Errors, error => error.Message == "--replicas is a number, 1 or more.");
    }

    [Fact]
    public void Replicas_OfTwo_AreTaken() => Assert.Empty(UpCommand.Create().Parse(["--replicas", "2"]).Errors);
}
