using Tsm.Application.Hosting;
using Tsm.Application.Ports;

namespace Tsm.Benchmarks.Hosts;

/// <summary>
/// A kind of host on a new database of its own: what a further kind has to bring to be measured beside the others. It is opened
/// by <see cref="HostKinds.OpenAsync"/>.
/// </summary>
internal interface IHostKind : IAsyncDisposable
{
    /// <summary>As it is named on the command line.</summary>
    string Name { get; }

    /// <summary>Nodes that can work on the database at once.</summary>
    int MaxNodes { get; }

    /// <summary>
    /// Does at once what a database does in the background after many new rows - statistics, clean-up, a checkpoint - so that
    /// a measurement sees a database at work, not one that is still digesting.
    /// </summary>
    void Settle();

    /// <summary>Starts one more node, in this process.</summary>
    /// <param name="machine">What its grains do.</param>
    ILoadNode StartNode(IMachine machine);

    /// <summary>Processor time that a database of its own has taken so far, in seconds; 0 where the database is in the host's process.</summary>
    double DatabaseTime { get; }

    /// <summary>What a server process needs in its environment to work on this database.</summary>
    IReadOnlyDictionary<string, string> ServerEnvironment { get; }

    /// <summary>What it needs besides on its command line.</summary>
    IReadOnlyList<string> ServerArguments { get; }
}

/// <summary>One node: a host with its store.</summary>
internal interface ILoadNode : IAsyncDisposable
{
    IGrainHost Host { get; }

    /// <summary>The store through which it writes states; null where grains write by themselves.</summary>
    IGrainStore? Store { get; }

    ICardImport Import { get; }

    IKeyVault Vault { get; }
}
