using System.Runtime.InteropServices;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;

namespace Tsm.Security.Scp80;

/// <summary>What is in the clear of a command packet that a card has received.</summary>
/// <param name="Spi">How the packet is protected, without reserved bits, which a card ignores.</param>
/// <param name="Kic">Algorithm and key version for ciphering.</param>
/// <param name="Kid">Algorithm and key version for RC or CC.</param>
/// <param name="Tar">The application that is addressed.</param>
/// <param name="CheckLength">The length of RC or CC that CHL states, in octets.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ReceivedHeader(Spi Spi, Kic Kic, Kid Kid, Tar Tar, int CheckLength)
{
    /// <summary>The whole header, once the counter has been read.</summary>
    /// <param name="counter">The counter of the packet; zero where it cannot be read.</param>
    /// <param name="agreed">What KIc and KID mean where they name no algorithm.</param>
    public CommandHeader With(Counter counter, ImplicitAlgorithms agreed = default) =>
        new(Spi, Kic, Kid, Tar, counter, CheckLength == 4 ? 4 : 8) { Agreed = agreed };
}

/// <summary>What a card makes of a command packet before it looks at its counter.</summary>
/// <remarks>TS 102 225 §5.1; the content is there only with status PoR OK.</remarks>
public sealed record CommandOpening
{
    private CommandOpening(ResponseStatus status) => Status = status;

    /// <summary>PoR OK, RC/CC/DS failed (01), ciphering error (05) or unidentified security error (06).</summary>
    public ResponseStatus Status { get; }

    /// <summary>The header with the counter; null unless the packet holds.</summary>
    public CommandHeader? Header { get; private init; }

    /// <summary>The data in the clear, without padding; empty unless the packet holds.</summary>
    public Octets Data { get; private init; }

    /// <summary>PCNTR, the number of octets of padding that were dropped.</summary>
    public int PaddingCounter { get; private init; }

    /// <summary>Why the packet was refused, for people; null when it holds.</summary>
    public string? Reason { get; private init; }

    internal static CommandOpening Opened(CommandHeader header, Octets data, int paddingCounter) =>
        new(ResponseStatus.Ok) { Header = header, Data = data, PaddingCounter = paddingCounter };

    internal static CommandOpening Refused(ResponseStatus status, string reason) => new(status) { Reason = reason };
}

/// <summary>How a card fills up what it ciphers.</summary>
public enum ResponsePadding
{
    /// <summary>Zeros, as TS 102 225 has it.</summary>
    Zeros = 0,

    /// <summary>80 and then zeros, as some cards do with AES.</summary>
    MarkedZeros = 1,
}
