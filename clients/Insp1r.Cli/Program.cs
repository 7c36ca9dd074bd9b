using System.CommandLine;
using Insp1r.Cli;
using Insp1r.Platform;

var root = new RootCommand("The INSP!R platform on this machine: ./insp1r up starts it, ./insp1r help explains all.")
{
    UpCommand.Create(), StatusCommand.Create(), TokenCommand.Create(), LogsCommand.Create(), DownCommand.Create(), ResetCommand.Create(),
    TestCommand.Create(), ImportCommand.Create(), HelpCommand.Create(),
};

// The first thing that people type without knowing more.
if (args is [] or ["--help" or "-h"])
    args = ["help"];

try
{
    // A stop takes as long as what was started needs for it; two seconds by default.
    var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromMinutes(2) };
    return await root.Parse(args).InvokeAsync(configuration);
}
catch (PlatformException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
