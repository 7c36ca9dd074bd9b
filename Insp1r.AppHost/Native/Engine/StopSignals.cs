using System.Runtime.InteropServices;

namespace Insp1r.NativeHosting;

/// <summary>Ctrl-C, SIGTERM and a closed terminal ask for an orderly stop; asking again ends everything at once.</summary>
internal sealed class StopSignals : IDisposable
{
    private static readonly PosixSignal[] _signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT];

    private readonly CancellationTokenSource _requested;
    private readonly List<PosixSignalRegistration> _registrations;

    public StopSignals(CancellationToken alsoStop, Action killAll)
    {
        _requested = CancellationTokenSource.CreateLinkedTokenSource(alsoStop);
        _registrations = [.. _signals.Select(signal => PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            if (_requested.IsCancellationRequested && signal == PosixSignal.SIGINT)
                killAll();
            _requested.Cancel();
        }))];
    }

    public CancellationToken Requested => _requested.Token;

    public void Dispose()
    {
        _registrations.ForEach(r => r.Dispose());
        _requested.Dispose();
    }
}
