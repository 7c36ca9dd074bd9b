using Insp1r.AppHost.Running;
using Insp1r.Platform;

namespace Insp1r.AppHost.Tests;

/// <summary>A state folder of a test's own, with what the classes of the application host need around it.</summary>
internal sealed class TestInstallation : IDisposable
{
    private readonly LogFile _log;

    public TestInstallation()
    {
        Folder = Directory.CreateTempSubdirectory("insp1r-model-").FullName;
        State = new StateFolder(Path.Combine(Folder, "state"));
        State.Create();
        Installation = new Installation(State, 8080, "http://127.0.0.1:8080");
        Status = new StatusFile(Installation, Board, TimeProvider.System);
        _log = new LogFile(State, "apphost");
        Console = new ConsoleOutput(Terminal, _log, verbose: false, TimeProvider.System);
    }

    public string Folder { get; }
    public StateFolder State { get; }
    public Installation Installation { get; }
    public StatusBoard Board { get; } = new();
    public StatusFile Status { get; }
    public StringWriter Terminal { get; } = new();
    public ConsoleOutput Console { get; }

    public void Dispose()
    {
        _log.Dispose();
        Terminal.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
