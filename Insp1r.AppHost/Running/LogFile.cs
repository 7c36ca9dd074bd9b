using Insp1r.Platform;

namespace Insp1r.AppHost.Running;

/// <summary>One process's output in <c>logs/NAME.log</c>. A full file becomes <c>NAME.log.1</c>; the one before that goes.</summary>
internal sealed class LogFile(StateFolder state, string name) : IDisposable
{
    private const long LargestSize = 16 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly string _path = state.LogOf(name);
    private StreamWriter? _writer;
    private long _size;

    public void Write(string line)
    {
        lock (_lock)
        {
            try
            {
                var writer = _writer ??= Open();
                writer.WriteLine(line);
                _size += line.Length + 1;
                if (_size > LargestSize)
                    Rotate();
            }
            catch (IOException)
            {
                // A full disk must not stop the process whose output this is: the line is lost, and the next one may fit.
                _writer = null;
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
            _writer?.Dispose();
    }

    private StreamWriter Open()
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        var stream = new FileStream(_path, options);
        _size = stream.Length;
        return new StreamWriter(stream) { AutoFlush = true };
    }

    private void Rotate()
    {
        _writer?.Dispose();
        _writer = null;
        File.Move(_path, _path + ".1", overwrite: true);
    }
}
