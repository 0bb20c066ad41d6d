using Tsm.Card.Encoding;

namespace Tsm.Card.Apdu;

/// <summary>SW1 SW2, how a card judged a command.</summary>
/// <remarks>ISO/IEC 7816-4 §5.6, GPCS 2.3.1 §11.1.3, TS 102 221 §10.2, TS 102 226 §5.1.</remarks>
/// <param name="Value">SW1 in the high octet, SW2 in the low one.</param>
public readonly record struct StatusWord(ushort Value) : IPacket<StatusWord>
{
    /// <summary>The length on the wire, in octets.</summary>
    public const int Size = 2;

    /// <summary><c>9000</c>: done.</summary>
    public static StatusWord Success { get; } = new(0x9000);

    /// <summary><c>6310</c>: done, and GET STATUS has more.</summary>
    public static StatusWord MoreData { get; } = new(0x6310);

    /// <summary><c>62F1</c>: done, the response data was cut.</summary>
    public static StatusWord Truncated { get; } = new(0x62F1);

    /// <summary><c>6400</c>: no particular diagnosis; during LOAD a broken load file.</summary>
    public static StatusWord NoDiagnosis { get; } = new(0x6400);

    /// <summary><c>6438</c>: an imported package is not on the card.</summary>
    public static StatusWord ImportMissing { get; } = new(0x6438);

    /// <summary><c>6581</c>: memory failure.</summary>
    public static StatusWord MemoryFailure { get; } = new(0x6581);

    /// <summary><c>6700</c>: wrong length.</summary>
    public static StatusWord WrongLength { get; } = new(0x6700);

    /// <summary><c>6982</c>: security status not satisfied.</summary>
    public static StatusWord SecurityNotSatisfied { get; } = new(0x6982);

    /// <summary><c>6985</c>: conditions of use not satisfied.</summary>
    public static StatusWord ConditionsNotSatisfied { get; } = new(0x6985);

    /// <summary><c>6A80</c>: incorrect command data.</summary>
    public static StatusWord IncorrectData { get; } = new(0x6A80);

    /// <summary><c>6A81</c>: function not supported.</summary>
    public static StatusWord FunctionNotSupported { get; } = new(0x6A81);

    /// <summary><c>6A82</c>: application or file not found.</summary>
    public static StatusWord NotFound { get; } = new(0x6A82);

    /// <summary><c>6A84</c>: not enough memory.</summary>
    public static StatusWord NotEnoughMemory { get; } = new(0x6A84);

    /// <summary><c>6A86</c>: incorrect P1 P2.</summary>
    public static StatusWord IncorrectParameters { get; } = new(0x6A86);

    /// <summary><c>6A88</c>: referenced data not found.</summary>
    public static StatusWord ReferencedDataNotFound { get; } = new(0x6A88);

    /// <summary><c>6D00</c>: unknown instruction.</summary>
    public static StatusWord UnknownInstruction { get; } = new(0x6D00);

    /// <summary><c>6E00</c>: unknown class.</summary>
    public static StatusWord UnknownClass { get; } = new(0x6E00);

    /// <summary>SW1.</summary>
    public byte Sw1 => (byte)(Value >> 8);

    /// <summary>SW2.</summary>
    public byte Sw2 => (byte)(Value & 0xFF);

    /// <summary>Whether the command was carried out and a script goes on: 9000, 91xx, 920x, 9Fxx or 61xx.</summary>
    public bool IsSuccess => Value == 0x9000 || Sw1 is 0x91 or 0x9F or 0x61 || (Value & 0xFFF0) == 0x9200;

    /// <summary>Whether the command was carried out with a remark: 62xx or 63xx.</summary>
    public bool IsWarning => Sw1 is 0x62 or 0x63;

    /// <summary>Neither success nor warning.</summary>
    public bool IsError => !IsSuccess && !IsWarning;

    /// <summary>A short name, such as "conditions of use not satisfied"; "unknown status" for a value without one here.</summary>
    public string Name => StatusText.Name(this);

    /// <summary>One sentence on what the value means whatever the command was.</summary>
    public string Meaning => StatusText.Meaning(this);

    /// <inheritdoc/>
    public int Length => Size;

    /// <summary>What the value says about the command that got it, why that usually happens and what to do about it.</summary>
    /// <param name="instruction">INS of the command (<see cref="Instruction"/>); 0, which no command has, where it is not known.</param>
    public StatusExplanation Explain(byte instruction) => StatusText.Explain(this, instruction);

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        var writer = new OctetWriter(destination);
        writer.WriteUInt16(Value);
        return Size;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out StatusWord packet, out PacketError error)
    {
        var reader = new OctetReader(source);
        packet = new(reader.ReadUInt16());
        bool complete = reader.TryEnd(out error);
        packet = complete ? packet : default;
        return complete;
    }

    /// <summary>Four upper-case hexadecimal digits.</summary>
    public override string ToString() => $"{Value:X4}";
}

/// <summary>A status word in the words of the command that got it.</summary>
/// <param name="Name">The short name, such as "conditions of use not satisfied".</param>
/// <param name="Meaning">What the card said.</param>
/// <param name="Cause">Why that usually happens with this command.</param>
/// <param name="NextStep">What to do about it.</param>
public sealed record StatusExplanation(string Name, string Meaning, string Cause, string NextStep);
