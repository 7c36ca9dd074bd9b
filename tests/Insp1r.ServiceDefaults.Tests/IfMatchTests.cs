using Insp1r.ServiceDefaults.Http;
using Xunit;

namespace Insp1r.ServiceDefaults.Tests;

public class IfMatchTests
{
    [Theory]
    [InlineData("\"3\"")]
    [InlineData("*")]
    [InlineData("\"1\", \"3\"")]
    [InlineData("W/\"3\"")]
    public void S6_IfMatch_CurrentVersion_IsLetThrough(string header) => Assert.Null(new IfMatch(header).Refuses(3));

    [Theory]
    [InlineData(null, 428)]
    [InlineData("\"2\"", 412)]
    [InlineData("3", 412)]
    [InlineData("\"", 412)]
    [InlineData("nonsense", 412)]
    public void S6_IfMatch_MissingOrStale_IsRefused(string? header, int status) => Assert.Equal(status, new IfMatch(header).Refuses(3)!.StatusCode);
}
