using System.Runtime.InteropServices;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;

namespace Tsm.Security.Scp80;

/// <summary>What a command packet says about its protection. It is also what must be kept to open the answer.</summary>
/// <remarks>
/// TS 102 225 §5.1. The wire form is a snapshot for storage, not a part of a packet: it adds the CC length, which is an
/// attribute of the key, and what both sides agreed on without saying it. It holds no secret.
/// </remarks>
/// <param name="Spi">How the packet is protected and what proof is asked for.</param>
/// <param name="Kic">Algorithm and key version for ciphering.</param>
/// <param name="Kid">Algorithm and key version for RC or CC.</param>
/// <param name="Tar">The application that is addressed.</param>
/// <param name="Counter">The counter of the packet.</param>
/// <param name="CcLength">
/// The length of an AES-CMAC, 4 or 8 octets: an attribute of the card's key. Other checks have a length of their own.
/// </param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct CommandHeader(Spi Spi, Kic Kic, Kid Kid, Tar Tar, Counter Counter, int CcLength = 8)
    : IPacket<CommandHeader>
{
    /// <summary>The length of the snapshot, in octets.</summary>
    public const int Size = 15;

    /// <summary>What KIc and KID mean where they leave the algorithm implicit or proprietary.</summary>
    public ImplicitAlgorithms Agreed { get; init; }

    /// <inheritdoc/>
    public int Length => Size;

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  SPI 2 | KIc 1 | KID 1 | TAR 3 | CNTR 5 | CC length 1 | agreed cipher 1 | agreed check 1
        var writer = new OctetWriter(destination);
        WriteFields(ref writer);
        writer.WriteByte((byte)CcLength);
        writer.WriteByte((byte)Agreed.Cipher);
        writer.WriteByte((byte)Agreed.Check);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out CommandHeader packet, out PacketError error)
    {
        packet = default;
        var reader = new OctetReader(source);
        ReadOnlySpan<byte> spiOctets = reader.ReadSpan(Spi.Size);
        ReadOnlySpan<byte> kicOctets = reader.ReadSpan(Kic.Size);
        ReadOnlySpan<byte> kidOctets = reader.ReadSpan(Kid.Size);
        int tarOffset = reader.Offset;
        ReadOnlySpan<byte> tarOctets = reader.ReadSpan(PacketLayout.TarLength);
        ReadOnlySpan<byte> counterOctets = reader.ReadSpan(Counter.Size);
        int ccLength = reader.ReadByte();
        var cipher = (CipherAlgorithm)reader.ReadByte();
        var check = (CheckAlgorithm)reader.ReadByte();
        if (!reader.TryEnd(out error) || !Spi.TryParse(spiOctets, out Spi spi, out error))
        {
            return false;
        }

        if (!Tar.TryParse(tarOctets, out Tar tar, out error))
        {
            error = error.Within(tarOffset);
            return false;
        }

        error = ccLength is not (4 or 8) ? new(PacketFault.ReservedValue, Size - 3)
            : !Enum.IsDefined(cipher) ? new(PacketFault.ReservedValue, Size - 2)
            : !Enum.IsDefined(check) ? new(PacketFault.ReservedValue, Size - 1)
            : default;
        if (error.Fault != PacketFault.None)
        {
            return false;
        }

        // Any octet is a KIc and a KID, and any five octets are a counter.
        _ = Kic.TryParse(kicOctets, out Kic kic, out _);
        _ = Kid.TryParse(kidOctets, out Kid kid, out _);
        _ = Counter.TryParse(counterOctets, out Counter counter, out _);
        packet = new(spi, kic, kid, tar, counter, ccLength) { Agreed = new(cipher, check) };
        return true;
    }

    /// <summary>Writes SPI, KIc, KID, TAR and CNTR, as they follow each other in a command packet.</summary>
    internal void WriteFields(ref OctetWriter writer)
    {
        writer.Write(Spi);
        writer.Write(Kic);
        writer.Write(Kid);
        writer.Write(Tar);
        writer.Write(Counter);
    }
}

/// <summary>What a card's maker and its issuer agreed on for KIc and KID that name no algorithm themselves.</summary>
/// <remarks>
/// TS 102 225 §5.1.2 and §5.1.3: codings 00 (implicit) and 11 (proprietary). Nothing is agreed by default, and
/// packets with such codings are then refused.
/// </remarks>
/// <param name="Cipher">How packets are ciphered.</param>
/// <param name="Check">How RC or CC are computed.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ImplicitAlgorithms(CipherAlgorithm Cipher, CheckAlgorithm Check);
