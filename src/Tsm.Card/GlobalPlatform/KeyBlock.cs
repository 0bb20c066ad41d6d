using System.Runtime.InteropServices;
using Tsm.Card.Encoding;

namespace Tsm.Card.GlobalPlatform;

/// <summary>The value of a key in PUT KEY: the ciphered key, with what stands around it.</summary>
/// <remarks>
/// GPCS 2.3.1 §11.8.2.3.2, Amd D §7.2, TS 102 226 §8.2.1.5. Two layouts are on cards: with the clear length always, and with
/// it only where the key was padded. A card tells them apart by whether the block is a multiple of its cipher's block.
/// </remarks>
/// <param name="Ciphered">The ciphered key with its padding.</param>
/// <param name="ClearLength">The length of the key before padding, in octets; null where it does not stand.</param>
/// <param name="CmacLength">The length of the checksums made with an AES key of SCP80, 4 or 8 octets; null where it does not stand.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct KeyBlock(Octets Ciphered, int? ClearLength = null, int? CmacLength = null)
{
    /// <summary>Puts a ciphered key into a layout.</summary>
    /// <param name="ciphered">The ciphered key with its padding.</param>
    /// <param name="clearLength">The length of the key before padding, 1 to 255 octets.</param>
    /// <param name="layout">What the card takes.</param>
    /// <param name="cmacLength">4 or 8 for the KID key of an AES key set of SCP80; null for all others.</param>
    public static KeyBlock Compose(Octets ciphered, int clearLength, KeyBlockLayout layout, int? cmacLength = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(clearLength, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(clearLength, Math.Min(ciphered.Length, 0xFF));
        if (cmacLength is not (null or 4 or 8))
        {
            throw new ArgumentOutOfRangeException(nameof(cmacLength), cmacLength, "Checksums of SCP80 have 4 or 8 octets.");
        }

        // What follows the key can only be told from it when the length stands before.
        bool stands = layout == KeyBlockLayout.LengthAlways || clearLength != ciphered.Length || cmacLength is not null;
        return new(ciphered, stands ? clearLength : null, cmacLength);
    }

    /// <summary>The wire form, the value of the key's component.</summary>
    public Octets ToOctets()
    {
        //  [clear length 1] | ciphered key | [CMAC length 1]
        byte[] block = [.. Optional(ClearLength), .. Ciphered.Span, .. Optional(CmacLength)];
        return Octets.Own(block);
    }

    /// <summary>Reads a block in either layout, as the card does.</summary>
    /// <param name="source">The value of the key's component.</param>
    /// <param name="cipherBlock">The block of the cipher that keys travel under, 8 or 16 octets.</param>
    public static bool TryParse(ReadOnlySpan<byte> source, int cipherBlock, out KeyBlock block, out PacketError error)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(cipherBlock, 1);
        block = default;
        var reader = new OctetReader(source);
        if (source.IsEmpty)
        {
            error = new(PacketFault.Truncated, 0);
            return false;
        }

        if (source.Length % cipherBlock == 0)
        {
            error = default;
            block = new(Octets.Copy(source));
            return true;
        }

        int clearLength = reader.ReadByte();
        if (clearLength == 0)
        {
            reader.Fail(PacketFault.LengthMismatch, 0);
        }

        Octets ciphered = reader.ReadOctets((clearLength + cipherBlock - 1) / cipherBlock * cipherBlock);
        int? cmacLength = reader.Remaining > 0 ? reader.ReadByte() : null;
        if (!reader.Failed && cmacLength is not (null or 4 or 8))
        {
            reader.Fail(PacketFault.ReservedValue, source.Length - 1);
        }

        if (!reader.TryEnd(out error))
        {
            return false;
        }

        block = new(ciphered, clearLength, cmacLength);
        return true;
    }

    private static byte[] Optional(int? value) => value is { } present ? [(byte)present] : [];
}

/// <summary>How the value of a key stands in PUT KEY; a property of the card model.</summary>
public enum KeyBlockLayout
{
    /// <summary>The clear length stands always (Amd D §7.2): for AES what every card should take.</summary>
    LengthAlways,

    /// <summary>The clear length stands only before a padded key (GPCS 2.3.1 tables 11-70 and 11-71).</summary>
    LengthWhenPadded,
}
