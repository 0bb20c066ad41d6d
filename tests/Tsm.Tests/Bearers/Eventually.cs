using Tsm.Tests.Testing;

namespace Tsm.Tests.Bearers;

/// <summary>Waits for what other threads bring about, by looking again rather than by guessing how long it takes.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    public static async Task IsTrueAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!condition())
        {
            await Task.Delay(Look, patience.Token);
        }
    }

    /// <summary>Moves time in small steps until the task ends; says how far it was moved.</summary>
    public static async Task<TimeSpan> AdvanceUntilAsync(this ManualTimeProvider time, Task task, TimeSpan step)
    {
        using var patience = new CancellationTokenSource(Patience);
        DateTimeOffset began = time.GetUtcNow();
        while (!task.IsCompleted)
        {
            time.Advance(step);
            await Task.WhenAny(task, Task.Delay(Look, patience.Token));
            patience.Token.ThrowIfCancellationRequested();
        }

        return time.GetUtcNow() - began;
    }
}
