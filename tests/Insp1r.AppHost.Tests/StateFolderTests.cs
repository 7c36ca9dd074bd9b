using Insp1r.Platform;

namespace Insp1r.AppHost.Tests;

public sealed class StateFolderTests : IDisposable
{
    private const UnixFileMode Everybody = (UnixFileMode)0b111_111_111;

    private readonly string _parent = Directory.CreateTempSubdirectory("insp1r-state-").FullName;
    private readonly StateFolder _state;

    public StateFolderTests() => _state = new StateFolder(Path.Combine(_parent, "state"));

    private string Marker => Path.Combine(_state.Root, "insp1r-state");

    public void Dispose() => Directory.Delete(_parent, recursive: true);

    [Fact]
    public void Create_NoFolder_MakesAndMarksIt()
    {
        _state.Create();

        Assert.True(File.Exists(Marker));
        Assert.True(Directory.Exists(_state.Secrets));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_state.Secrets));
    }

    [Fact]
    public void Create_EmptyFolder_IsTakenOver()
    {
        Directory.CreateDirectory(_state.Root);

        _state.Create();

        Assert.True(File.Exists(Marker));
    }

    [Fact]
    public void Create_SecondStart_LeavesWhatIsThere()
    {
        _state.Create();
        var others = WriteFile("notes.txt");

        _state.Create();

        Assert.True(File.Exists(others));
    }

    [Fact]
    public void Create_FolderOfOthers_IsRefusedAndUntouched()
    {
        WriteFile("thesis.txt");
        File.SetUnixFileMode(_state.Root, Everybody);

        var e = Assert.Throws<PlatformException>(_state.Create);

        Assert.Contains($"{_state.Root} is not empty, and what it holds is not the platform's", e.Message, StringComparison.Ordinal);
        Assert.Contains($"{StateFolder.Variable}=", e.Message, StringComparison.Ordinal);
        Assert.Equal(Everybody, File.GetUnixFileMode(_state.Root));
        Assert.Equal(["thesis.txt"], Entries());
    }

    [Fact]
    public void Create_FolderOfAnEarlierVersion_IsRefusedWithTheWayOut()
    {
        _state.Create();
        WriteFile("ports.json");

        var e = Assert.Throws<PlatformException>(_state.Create);

        Assert.Contains("./insp1r reset", e.Message, StringComparison.Ordinal);
        Assert.Empty(_state.Delete());
    }

    [Theory]
    [InlineData("run")]
    [InlineData("logs")]
    [InlineData("postgres")]
    public void Create_FolderWithANameLikeOurs_IsRefused(string folder)
    {
        Directory.CreateDirectory(Path.Combine(_state.Root, folder));

        Assert.Throws<PlatformException>(_state.Create);

        Assert.Equal([folder], Entries());
    }

    [Fact]
    public void Create_AFileInItsPlace_IsToldWithAWayOut()
    {
        File.WriteAllText(_state.Root, "");

        var e = Assert.Throws<PlatformException>(_state.Create);

        Assert.Contains($"The state folder {_state.Root} cannot be made", e.Message, StringComparison.Ordinal);
        Assert.Contains($"{StateFolder.Variable}=", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Delete_NothingButOurs_DeletesTheFolder()
    {
        _state.Create();
        WriteFile("ports.json");
        WriteFile("postgres/data/PG_VERSION");

        Assert.Empty(_state.Delete());

        Assert.False(Directory.Exists(_state.Root));
    }

    [Fact]
    public void Delete_FilesOfOthers_Survive()
    {
        _state.Create();
        WriteFile("rabbitmq/data/queue");
        WriteFile("thesis.txt");
        WriteFile("photos/one.jpg");

        Assert.Equal(["photos", "thesis.txt"], _state.Delete());

        Assert.Equal(["photos", "thesis.txt"], Entries());
        Assert.True(File.Exists(Path.Combine(_state.Root, "photos", "one.jpg")));
    }

    [Fact]
    public void Delete_LinkToAnotherFolder_DeletesTheLinkAlone()
    {
        _state.Create();
        var elsewhere = Directory.CreateDirectory(Path.Combine(_parent, "elsewhere")).FullName;
        File.WriteAllText(Path.Combine(elsewhere, "thesis.txt"), "");
        Directory.CreateSymbolicLink(Path.Combine(_state.Root, "postgres"), elsewhere);

        Assert.Empty(_state.Delete());

        Assert.True(File.Exists(Path.Combine(elsewhere, "thesis.txt")));
    }

    [Fact]
    public void Delete_FolderWithoutMarker_IsRefusedAndUntouched()
    {
        WriteFile("run/important.txt");

        var e = Assert.Throws<PlatformException>(() => _state.Delete());

        Assert.Contains("Nothing was deleted", e.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_state.Run, "important.txt")));
    }

    private IEnumerable<string> Entries() => Directory.EnumerateFileSystemEntries(_state.Root).Select(e => Path.GetFileName(e)).Order(StringComparer.Ordinal);

    private string WriteFile(string path)
    {
        var file = Path.Combine(_state.Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, "");
        return file;
    }
}
