using System.Runtime.InteropServices;

namespace AutoencoderApi.Api.Startup;

/// <summary>
/// Turns the signals that politely stop a process into a cancelled token. To be made first of all: the kernel drops a signal to process 1,
/// which a container's program is, for which it has no handler (pid_namespaces(7)).
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private static readonly PosixSignal[] s_signals = [PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT];

    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;

    public StopSignals() => _registrations = [.. s_signals.Select(signal => PosixSignalRegistration.Create(signal, Stop))];

    public CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        Array.ForEach(_registrations, registration => registration.Dispose());
        _stop.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true; // the default ends the process on the spot
        _ = _stop.CancelAsync(); // not on the thread that takes the signals
    }
}
