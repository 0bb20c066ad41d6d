using System.Runtime.InteropServices;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;

namespace Tsm.Card.GlobalPlatform;

/// <summary>A receipt of delegated management: the card's proof to its issuer that an operation was done.</summary>
/// <remarks>
/// GPCS 2.3.1 §C.5 and §11.1.6. It stands in the answer to a command to a domain with Delegated Management; an answer of 00
/// is none. Lengths are below 128, as receipts are MACs.
/// </remarks>
/// <param name="Signature">The MAC, 8 or 16 octets.</param>
/// <param name="Confirmation">The confirmation data, which the MAC covers.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Receipt(Octets Signature, ConfirmationData Confirmation) : IPacket<Receipt>
{
    private const int LongestShortLength = 0x7F;

    /// <inheritdoc/>
    public int Length => 2 + Signature.Length + Confirmation.Length;

    /// <summary>Whether an answer says that there is no receipt.</summary>
    public static bool IsNone(ReadOnlySpan<byte> answer) => answer is [] or [0];

    /// <summary>What the MAC covers for LOAD.</summary>
    /// <param name="loadFile">The load file.</param>
    /// <param name="securityDomain">The domain that owns it.</param>
    public Octets LoadInput(Aid loadFile, Aid securityDomain) => Input([loadFile.Octets, securityDomain.Octets]);

    /// <summary>What the MAC covers for INSTALL [for install] and [for make selectable].</summary>
    /// <param name="loadFile">The load file of the instance.</param>
    /// <param name="instance">The instance.</param>
    public Octets InstallInput(Aid loadFile, Aid instance) => Input([loadFile.Octets, instance.Octets]);

    /// <summary>What the MAC covers for DELETE.</summary>
    public Octets DeleteInput(Aid deleted) => Input([deleted.Octets]);

    /// <summary>What the MAC covers for INSTALL [for extradition].</summary>
    /// <param name="from">The domain that had it.</param>
    /// <param name="application">What has moved.</param>
    /// <param name="to">The domain that has it.</param>
    public Octets ExtraditionInput(Aid from, Aid application, Aid to) => Input([from.Octets, application.Octets, to.Octets]);

    /// <summary>What the MAC covers for INSTALL [for registry update].</summary>
    /// <inheritdoc cref="ExtraditionInput"/>
    /// <param name="privileges">The new privileges as they stood in the command.</param>
    /// <param name="parameters">The parameters as they stood in the command, without their length.</param>
    public Octets RegistryUpdateInput(Aid from, Aid application, Aid to, Octets privileges, Octets parameters) =>
        Octets.Concat(Input([from.Octets, application.Octets, to.Octets, privileges]), parameters);

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  L rest | L receipt | confirmation data
        var writer = new OctetWriter(destination);
        writer.WriteByte((byte)(Length - 1));
        writer.WriteLengthValue(Signature.Span);
        writer.Write(Confirmation);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out Receipt packet, out PacketError error)
    {
        packet = default;
        var reader = new OctetReader(source);
        int length = ReadLength(ref reader);
        OctetReader rest = reader.ReadSub(length);
        Octets signature = rest.ReadOctets(ReadLength(ref rest));
        ConfirmationData confirmation = ConfirmationData.Read(ref rest);
        rest.TryEnd(out PacketError inner);
        reader.Adopt(inner);
        if (!reader.TryEnd(out error))
        {
            return false;
        }

        packet = new(signature, confirmation);
        return true;
    }

    private Octets Input(ReadOnlySpan<Octets> names)
    {
        byte[] confirmation = new byte[Confirmation.Length];
        Confirmation.Write(confirmation);
        List<byte> input = [.. confirmation];
        foreach (Octets name in names)
        {
            input.AddRange([(byte)name.Length, .. name.Span]);
        }

        return Octets.Own([.. input]);
    }

    private static int ReadLength(ref OctetReader reader)
    {
        int start = reader.Offset;
        int length = reader.ReadByte();
        if (length > LongestShortLength)
        {
            reader.Fail(PacketFault.LimitExceeded, start);
        }

        return length;
    }
}

/// <summary>The confirmation data of a receipt.</summary>
/// <remarks>GPCS 2.3.1 §11.1.6. The counter rises by one with each receipt and never comes back.</remarks>
/// <param name="Counter">The confirmation counter, 0 to 65,535.</param>
/// <param name="UniqueData">The values of tags 42 and 45 of the domain that made the receipt, one after the other.</param>
/// <param name="TokenId">The identifier of the token; null where it does not stand.</param>
/// <param name="TokenDigest">The digest of the token; null where it does not stand, and never there without an identifier.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ConfirmationData(ushort Counter, Octets UniqueData, Octets? TokenId = null, Octets? TokenDigest = null)
    : IPacket<ConfirmationData>
{
    private const byte CounterLength = 2;

    /// <inheritdoc/>
    public int Length => 1 + CounterLength + 1 + UniqueData.Length + Size(TokenId) + Size(TokenDigest);

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  02 | counter 2 | L unique data | [L token identifier | [L token digest]]
        var writer = new OctetWriter(destination);
        writer.WriteByte(CounterLength);
        writer.WriteUInt16(Counter);
        writer.WriteLengthValue(UniqueData.Span);
        if (TokenId is { } id)
        {
            writer.WriteLengthValue(id.Span);
        }

        if (TokenDigest is { } digest)
        {
            writer.WriteLengthValue(digest.Span);
        }

        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out ConfirmationData packet, out PacketError error)
    {
        var reader = new OctetReader(source);
        packet = Read(ref reader);
        bool complete = reader.TryEnd(out error);
        packet = complete ? packet : default;
        return complete;
    }

    internal static ConfirmationData Read(ref OctetReader reader)
    {
        reader.Expect([CounterLength]);
        ushort counter = reader.ReadUInt16();
        Octets unique = CommandField.Read(ref reader);
        Octets? id = reader.Remaining > 0 ? CommandField.Read(ref reader) : null;
        Octets? digest = reader.Remaining > 0 ? CommandField.Read(ref reader) : null;
        return new(counter, unique, id, digest);
    }

    private static int Size(Octets? field) => field is { } present ? 1 + present.Length : 0;
}
