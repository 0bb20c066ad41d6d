using System.Globalization;
using Tsm.Application.Hosting;
using Tsm.Benchmarks.Hosts;
using Tsm.Benchmarks.Reporting;

namespace Tsm.Benchmarks.Loads;

/// <summary><c>turns</c>: states committed through the store, and turns through the host, on cards chosen at random.</summary>
internal static class TurnsLoad
{
    private const int Few = 10_000;
    private const int Many = 1_000_000;

    /// <summary>Callers of a node: two batches of its host, so that one gathers while the other is written.</summary>
    private const int CallersPerNode = 1024;

    private const double WantedStates = 20_000;

    /// <summary>How much dearer a turn may be with many cards than with few.</summary>
    private const double MostDearer = 0.2;

    public static async Task RunAsync(Bench bench, CancellationToken cancellationToken)
    {
        bench.Note(await bench.Limits.FlushAsync());
        foreach (string host in bench.Options.Hosts)
        {
            Limit limit = bench.Note(await bench.Limits.RowsAsync(host));
            double few = await RunAsync(bench, host, bench.Options.Cards ?? Few, limit, cancellationToken);
            if (bench.Options.Cards is null && host != "orleans")
            {
                // Asked for is the cost with many cards beside that with few.
                double many = await RunAsync(bench, host, Many, limit, cancellationToken);
                bench.Add(new("turns", $"cost of a full turn with {Many.ToString("#,0", CultureInfo.InvariantCulture)} cards over that with {Few.ToString("#,0", CultureInfo.InvariantCulture)}", host, Many, 100 * few / many, "%", "")
                {
                    Wanted = 100 * (1 + MostDearer),
                });
            }
        }
    }

    /// <returns>Full turns per second on one node.</returns>
    private static async Task<double> RunAsync(Bench bench, string host, int cards, Limit limit, CancellationToken cancellationToken)
    {
        await using IHostKind kind = await bench.OpenAsync(host);
        await using ILoadNode first = kind.StartNode(new LoadMachine());
        bench.Say($"{host}: writing {cards} cards");
        await LoadCards.WriteAsync(first, cards, cancellationToken);
        kind.Settle();

        if (first.Store is { } store)
        {
            var writers = new StateWriters(store, cards, kind.MaxNodes);
            double states = await bench.BestAsync(() => writers.MeasureAsync(bench.Options.Span));
            bench.Add(new("turns", "state rows committed", Nodes(kind, 1), cards, states, Figure.PerSecond, $"{kind.MaxNodes} at once, 512 rows each")
            {
                Limit = limit,
                Wanted = kind.MaxNodes > 1 ? WantedStates : null,
            });
        }

        double one = await TurnsAsync(bench, kind, [first], cards, limit);
        if (kind.MaxNodes > 1)
        {
            await using ILoadNode second = kind.StartNode(new LoadMachine());
            await TurnsAsync(bench, kind, [first, second], cards, limit);
        }

        return one;
    }

    private static async Task<double> TurnsAsync(Bench bench, IHostKind kind, ILoadNode[] nodes, int cards, Limit limit)
    {
        string offered = $"{CallersPerNode * nodes.Length} callers, each one turn after the other";
        double states = await bench.BestAsync(() => SendAsync(nodes, ChangeState.Instance, cards, bench.Options.Span));
        bench.Add(new("turns", "turns that change the state only", Nodes(kind, nodes.Length), cards, states, Figure.PerSecond, offered) { Limit = limit });
        double full = await bench.BestAsync(() => SendAsync(nodes, ChangeAll.Instance, cards, bench.Options.Span));
        bench.Add(new("turns", "full turns: state, due row, card row", Nodes(kind, nodes.Length), cards, full, Figure.PerSecond, offered)
        {
            Limit = limit,
            Wanted = kind.Name switch { "sqlite" => 5_000, "postgres" => 6_000, _ => null },
        });
        return full;
    }

    private static string Nodes(IHostKind kind, int count) =>
        kind.MaxNodes == 1 ? kind.Name : count == 1 ? $"{kind.Name}, 1 node" : $"{kind.Name}, {count} nodes in one process";

    private static Task<double> SendAsync(ILoadNode[] nodes, IGrainCommand command, int cards, TimeSpan span) =>
        Callers.MeasureAsync(CallersPerNode * nodes.Length, span, async caller =>
        {
            IReply reply = await nodes[caller % nodes.Length].Host.SendAsync(
                LoadCards.Key(Random.Shared.Next(cards)), command, CancellationToken.None);
            return reply is Acknowledged ? 1 : throw new InvalidOperationException($"A turn was answered with {reply}.");
        });
}
