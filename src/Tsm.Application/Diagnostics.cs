using System.Diagnostics.Metrics;

namespace Tsm.Application;

/// <summary>What the application measures of itself.</summary>
public static class Diagnostics
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "Tsm";

    private static readonly Meter Meter = new(MeterName);

    /// <summary>Turns by kind of grain and outcome: <c>answered</c>, <c>failed</c>, <c>unknown</c>, <c>lost</c> or <c>early</c>.</summary>
    internal static Counter<long> Turns { get; } =
        Meter.CreateCounter<long>("tsm.grain.turns", "{turn}", "Turns of grains by kind and outcome");

    /// <summary>Commands that were taken together.</summary>
    internal static Histogram<int> BatchSize { get; } =
        Meter.CreateHistogram<int>("tsm.grain.batch_size", "{command}", "Commands that were taken together");

    /// <summary>How long it took to make a batch durable, in seconds.</summary>
    internal static Histogram<double> CommitDuration { get; } =
        Meter.CreateHistogram<double>("tsm.grain.commit.duration", "s", "Time to make a batch of turns durable");

    /// <summary>Commands that wait to be taken.</summary>
    internal static UpDownCounter<long> QueueLength { get; } =
        Meter.CreateUpDownCounter<long>("tsm.grain.queue_length", "{command}", "Commands that wait to be taken");
}
