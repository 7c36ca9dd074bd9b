using Insp1r.Platform;
using Microsoft.Extensions.Hosting;

namespace Insp1r.AppHost.Running;

/// <summary>What must hold before anything is started: a state folder of one's own, nothing left of an earlier run, the servers' packages, a free port.</summary>
internal sealed class FirstSteps(Installation installation, DistributedApplicationModel model, Prerequisites prerequisites, StatusFile status) : IHostedService, IDisposable
{
    private FileStream? _lock;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var state = installation.State;
        state.Create();
        _lock = state.Lock();
        await Leftovers.StopAsync(state, cancellationToken);
        try
        {
            prerequisites.Check(model.Resources);
            if (!FreePort.IsFree(installation.Port))
            {
                throw new PlatformException(
                    $"Port {installation.Port}, which the gateway listens on, is taken by another program{PortHolder.Describe(installation.Port)}. "
                    + "Stop that program, or choose another port: INSP1R_PORT=8081 ./insp1r up");
            }

            // Nothing here listens with a certificate: without these Aspire does not warn in the dashboard that there is none.
            foreach (var resource in model.Resources)
                resource.Annotations.OfType<HttpsCertificateConfigurationCallbackAnnotation>().ToList().ForEach(annotation => resource.Annotations.Remove(annotation));
            foreach (var folder in model.Resources.SelectMany(resource => resource.Annotations.OfType<StateOf>()))
                folder.Create(state);
        }
        catch (PlatformException e)
        {
            status.Fail(e.Message);
            throw;
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _lock?.Dispose();
}

/// <summary>A folder of a resource in the state folder, which belongs to the user that the resource runs as.</summary>
internal sealed record StateOf(string Name, string? User) : IResourceAnnotation
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public void Create(StateFolder state)
    {
        var folder = state.DataOf(Name);
        Directory.CreateDirectory(folder, OwnerOnly);
        if (User is null)
            return;

        UserAccount.Own(folder, User);
        if (!UserAccount.Can(User, "-w", folder))
        {
            throw new PlatformException(
                $"The user {User} cannot reach {folder}. Choose a state folder that every user may pass through, for example {StateFolder.Variable}=/var/lib/insp1r");
        }
    }
}
