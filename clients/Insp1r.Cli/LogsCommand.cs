using System.CommandLine;
using Insp1r.Platform;

namespace Insp1r.Cli;

/// <summary>Prints what a resource wrote: all replicas of a service, or one of them by its own name.</summary>
internal static class LogsCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("name") { Description = "A name of ./insp1r status, or apphost" };
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on as lines are written" };
        var lines = new Option<int>("--lines", "-n") { Description = "How many of the last lines", DefaultValueFactory = _ => 200 };
        var command = new Command("logs", "Show what a resource printed") { name, follow, lines };
        command.SetAction(async (parsed, ct) =>
        {
            var files = FilesOf(Installation.Current.State, parsed.GetValue(name)!);
            var readers = files.ConvertAll(file => new Tail(file, files.Count > 1 ? $"{Path.GetFileNameWithoutExtension(file)}: " : ""));
            readers.ForEach(r => r.PrintLast(parsed.GetValue(lines)));
            try
            {
                while (parsed.GetValue(follow))
                {
                    await Task.Delay(200, ct);
                    readers.ForEach(r => r.PrintNew());
                }
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
            }

            return 0;
        });
        return command;
    }

    private static List<string> FilesOf(StateFolder state, string name)
    {
        if (!Directory.Exists(state.Logs))
            throw new PlatformException($"There are no logs in {state.Root}. Start the platform first: ./insp1r up");

        var replicas = PlatformStatus.Read(state)?.Resources.Where(r => r.Name == name || r.Resource == name).Select(r => state.LogOf(r.Name)) ?? [];
        var files = replicas.Append(state.LogOf(name)).Distinct().Where(File.Exists).ToList();
        if (files.Count > 0)
            return files;

        var known = Directory.GetFiles(state.Logs, "*.log").Select(Path.GetFileNameWithoutExtension).Order();
        throw new PlatformException($"There is no log of '{name}'. There are: {string.Join(", ", known)}");
    }

    private sealed class Tail(string file, string prefix)
    {
        private long _position;

        public void PrintLast(int count)
        {
            var lines = new Queue<string>();
            Read(line =>
            {
                lines.Enqueue(line);
                if (lines.Count > count)
                    lines.Dequeue();
            });
            foreach (var line in lines)
                Console.WriteLine(prefix + line);
        }

        public void PrintNew() => Read(line => Console.WriteLine(prefix + line));

        private void Read(Action<string> each)
        {
            if (!File.Exists(file))
                return;

            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

            // A file shorter than what was read of it is a new one: the old one was full and put aside.
            stream.Position = stream.Length < _position ? 0 : _position;
            using var reader = new StreamReader(stream);
            while (reader.ReadLine() is { } line)
                each(line);
            _position = stream.Position;
        }
    }
}
