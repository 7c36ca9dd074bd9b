using System.CommandLine;

namespace Insp1r.Cli;

internal static class HelpCommand
{
    public static Command Create()
    {
        var command = new Command("help", "Explain the commands");
        command.SetAction(_ => Console.WriteLine("""
            INSP!R on this machine.

              ./insp1r up                 install what is missing, build, start everything; Ctrl-C stops it, the data stays
                  --detach                return when all is healthy and leave it running
                  --replicas N            N processes of each service; the gateway takes turns
                  --no-demo               without the demo data
                  --verbose               show all that the services print, not only warnings
                  --Parameters:NAME=X     a parameter of the application model (Insp1r.AppHost/AppHost.cs)
              ./insp1r status [--json]    every resource: state, address, process id, restarts; exit code 0 where all is well
              ./insp1r token [CLIENT]     an access token of a development client (steward); --list names them
              ./insp1r import FILE --node NODE  what would become of a list of members (CSV or .xlsx); --help
                  --commit                write it
              ./insp1r logs NAME [-f]     what a resource printed, and with -f what it prints from now on
              ./insp1r down               stop what runs, whichever terminal started it
              ./insp1r reset [--yes]      stop it and delete all data, passwords and logs, after asking

              ./insp1r test               check the formatting, build, run all tests; ends with "N passed, N failed"
                  --no-format             without the formatting
                  --project NAME          only test projects whose name contains NAME, without formatting and analyzers
                  --filter X              only tests that match, as dotnet test --filter
              ./insp1r bench [...]        measure the platform beside its yardsticks
              ./insp1r build              build only

            Variables:
              INSP1R_PORT                 where the gateway listens, 8080 unless set
              INSP1R_STATE                the state folder: ~/.local/state/insp1r, or /var/lib/insp1r for root, unless set
              INSP1R_SERVERS              processes or containers: how PostgreSQL and RabbitMQ run; unless set, as containers where Docker answers
            Two checkouts run side by side with different INSP1R_PORT and INSP1R_STATE.

            Any command explains its options: ./insp1r up --help
            """));
        return command;
    }
}
