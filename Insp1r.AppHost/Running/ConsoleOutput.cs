using System.Text.RegularExpressions;

namespace Insp1r.AppHost.Running;

/// <summary>
/// What the terminal shows: what happens to the resources, and their own lines from warnings up (all of them when verbose). Everything
/// that they print is in the log files in any case.
/// </summary>
internal sealed partial class ConsoleOutput(TextWriter terminal, LogFile log, bool verbose, TimeProvider clock)
{
    /// <summary>Detached, no terminal is there to read; the log says the same.</summary>
    public ConsoleOutput(Installation installation, TimeProvider clock)
        : this(installation.IsDetached ? TextWriter.Null : Console.Out, new LogFile(installation.State, "apphost"), installation.IsVerbose, clock)
    {
    }

    private static readonly string[] _palette = ["36", "35", "34", "32", "96", "95", "94", "92"];

    // The watch asks for the health itself, and tells it better.
    private const string HealthChecks = "Microsoft.Extensions.Diagnostics.HealthChecks";

    private readonly Lock _lock = new();
    private readonly bool _inColour = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null;
    private readonly Dictionary<string, string> _colours = [];
    private readonly Dictionary<string, bool> _showing = [];

    /// <summary>What servers say about clients that leave is no news while everything stops.</summary>
    public bool OnlyEvents { get; set; }

    public void Line(string text)
    {
        log.Write(text);
        Show(text);
    }

    /// <summary>For the terminal alone.</summary>
    public void Show(string text)
    {
        lock (_lock)
        {
            try
            {
                terminal.WriteLine(text);
            }
            catch (IOException)
            {
                // The terminal was closed: what runs goes on to its orderly end, and the log has it.
            }
        }
    }

    public void Event(string name, string text) => Write(name, text, "0");

    public void Problem(string name, string text) => Write(name, text, "33");

    public void Log(string name, string line)
    {
        lock (_lock)
        {
            if (!verbose && (OnlyEvents || !Shows(name, line)))
                return;
        }

        Write(name, line, "2");
    }

    // Entries of the console logger, and stack traces, go on over indented lines: those follow the decision on their first line.
    private bool Shows(string name, string line)
    {
        if (line.Length > 0 && !char.IsWhiteSpace(line[0]))
            _showing[name] = Serious().IsMatch(line) && !line.Contains(HealthChecks, StringComparison.Ordinal);
        return _showing.GetValueOrDefault(name);
    }

    private void Write(string name, string text, string style)
    {
        var time = clock.GetLocalNow().ToString("HH:mm:ss");
        log.Write($"{time} {name,-16} {text}");
        lock (_lock)
        {
            if (!_colours.TryGetValue(name, out var colour))
                _colours[name] = colour = _palette[_colours.Count % _palette.Length];
            Show(_inColour
                ? $"\e[2m{time}\e[0m \e[{colour}m{name,-16}\e[0m \e[{style}m{text}\e[0m"
                : $"{time} {name,-16} {text}");
        }
    }

    // The console logger of .NET, PostgreSQL, RabbitMQ, and what a crashing process says.
    [GeneratedRegex(@"^(warn|fail|crit): | (WARNING|ERROR|FATAL|PANIC): |\[(warning|error|critical)\]|^Unhandled exception|^Failed to ")]
    private static partial Regex Serious();
}
