using System.Runtime.InteropServices;

namespace Tsm.Cli;

/// <summary>Turns Ctrl-C and the signals that end a process into a cancellation; a second one ends at once.</summary>
internal sealed class Interrupts : IDisposable
{
    /// <summary>Wrappers such as timeout signal us and our group: that is one interruption, not two.</summary>
    private static readonly TimeSpan Echo = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _cancellation = new();
    private long _first;
    private readonly List<PosixSignalRegistration> _registrations;

    public Interrupts() => _registrations =
    [
        .. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }
            .Select(signal => PosixSignalRegistration.Create(signal, Caught)),
    ];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _cancellation.Token;

    /// <summary>128 and the number of the signal, as shells count.</summary>
    public int ExitCode { get; private set; } = Cli.ExitCode.Interrupted;

    public void Dispose()
    {
        _registrations.ForEach(r => r.Dispose());
        _cancellation.Dispose();
    }

    private void Caught(PosixSignalContext context)
    {
        long now = TimeProvider.System.GetTimestamp();
        if (Interlocked.CompareExchange(ref _first, now, 0) is not 0 and var first)
        {
            context.Cancel = TimeProvider.System.GetElapsedTime(first, now) < Echo;
            return;
        }

        context.Cancel = true;
        ExitCode = context.Signal switch
        {
            PosixSignal.SIGTERM => 143,
            PosixSignal.SIGHUP => 129,
            _ => Cli.ExitCode.Interrupted,
        };
        _cancellation.Cancel();
    }
}
