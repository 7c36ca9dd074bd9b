using Insp1r.Platform;

namespace Insp1r.Cli.Tests;

public sealed class ResetTests : IDisposable
{
    private readonly string _parent = Directory.CreateTempSubdirectory("insp1r-reset-").FullName;
    private readonly StateFolder _state;

    public ResetTests() => _state = new StateFolder(Path.Combine(_parent, "state"));

    public void Dispose() => Directory.Delete(_parent, recursive: true);

    [Fact]
    public async Task Reset_StateFolder_IsGone()
    {
        _state.Create();

        Assert.Equal(0, await RunAsync());

        Assert.False(Directory.Exists(_state.Root));
    }

    [Fact]
    public async Task Reset_FileOfOthersInTheStateFolder_Survives()
    {
        _state.Create();
        var others = Path.Combine(_state.Root, "thesis.txt");
        await File.WriteAllTextAsync(others, "", TestContext.Current.CancellationToken);

        Assert.Equal(0, await RunAsync());

        Assert.Equal([others], Directory.EnumerateFileSystemEntries(_state.Root));
    }

    [Fact]
    public async Task Reset_FolderOfOthers_IsRefusedAndUntouched()
    {
        var others = Path.Combine(Directory.CreateDirectory(_state.Run).FullName, "thesis.txt");
        await File.WriteAllTextAsync(others, "", TestContext.Current.CancellationToken);

        var e = await Assert.ThrowsAsync<PlatformException>(RunAsync);

        Assert.Contains("Nothing was deleted", e.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(others));
    }

    [Fact]
    public async Task Reset_NoFolder_HasNothingToDo() => Assert.Equal(0, await RunAsync());

    private Task<int> RunAsync() => ResetCommand.RunAsync(_state, confirmed: true, TestContext.Current.CancellationToken);
}
