namespace Insp1r.Cli.Tests;

public sealed class TestCountTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData("""total="9" executed="7" passed="6" failed="1" error="0" timeout="0" aborted="0" """, "6 passed, 1 failed, 2 skipped")]
    [InlineData("""total="3" executed="3" passed="3" failed="0" error="0" timeout="0" aborted="0" """, "3 passed, 0 failed")]
    [InlineData("""total="3" executed="3" passed="1" failed="0" error="1" timeout="0" aborted="1" """, "1 passed, 2 failed")]
    public void Read_Counters_SaysWhatScriptsRead(string counters, string expected)
    {
        File.WriteAllText(_file, $"""
            <TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010">
              <ResultSummary outcome="Completed"><Counters {counters}/></ResultSummary>
            </TestRun>
            """);

        Assert.Equal(expected, TestCount.Read(_file).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("<TestRun><ResultSummary>")]
    [InlineData("<TestRun></TestRun>")]
    public void Read_HalfWrittenFile_CountsNothing(string content)
    {
        File.WriteAllText(_file, content);

        Assert.Equal(0, TestCount.Read(_file).All);
    }

    [Fact]
    public void Read_NoFile_CountsNothing() => Assert.Equal(0, TestCount.Read(_file + ".none").All);

    [Fact]
    public void Sum_OfProjects_AddsEachKind() =>
        Assert.Equal("4 passed, 2 failed, 1 skipped", (new TestCount(1, 2, 0) + new TestCount(3, 0, 1)).ToString());
}
