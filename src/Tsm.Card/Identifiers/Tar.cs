using Tsm.Card.Encoding;

namespace Tsm.Card.Identifiers;

/// <summary>TAR, the toolkit application reference: which application of a card a packet is for. Three octets.</summary>
/// <remarks>
/// TS 101 220 §6 and annex D. Operators remap the well-known values: the card model decides, these are where it starts.
/// </remarks>
/// <param name="Value">The three octets as a number, 0 to 0xFFFFFF.</param>
public readonly record struct Tar(uint Value) : IPacket<Tar>
{
    /// <summary>The length on the wire, in octets.</summary>
    public const int Size = 3;

    private const int AidLength = 16;
    private const int PlaceInAid = 12;

    /// <summary>The issuer security domain, remote application management in compact format.</summary>
    public static Tar IssuerSecurityDomain { get; } = new(0x000000);

    /// <summary>The issuer security domain, remote application management in expanded format.</summary>
    public static Tar IssuerSecurityDomainExpanded { get; } = new(0xB20100);

    /// <summary>Remote management of the shared file system of the UICC, compact format.</summary>
    public static Tar SharedFileSystem { get; } = new(0xB00000);

    /// <summary>Remote management of the first application's files (usually the USIM), compact format.</summary>
    public static Tar ApplicationFiles { get; } = new(0xB00001);

    /// <summary>Remote management of the SIM file system (3GPP TS 31.116), compact format.</summary>
    public static Tar SimFileSystem { get; } = new(0xB00010);

    /// <summary>Remote management of the shared file system of the UICC, expanded format.</summary>
    public static Tar SharedFileSystemExpanded { get; } = new(0xB00120);

    /// <summary>Remote management of the SIM file system, expanded format.</summary>
    public static Tar SimFileSystemExpanded { get; } = new(0xB00130);

    /// <summary>Remote management of the first application's files, expanded format.</summary>
    public static Tar ApplicationFilesExpanded { get; } = new(0xB00140);

    /// <summary>The three octets as a number, 0 to 0xFFFFFF.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than three octets.</exception>
    public uint Value { get; init; } = Value <= 0xFF_FFFF
        ? Value
        : throw new ArgumentOutOfRangeException(nameof(Value), Value, "A TAR has three octets.");

    /// <inheritdoc/>
    public int Length => Size;

    /// <summary>The TAR inside an AID of TS 101 220: octets 13, 14 and 15 of 16.</summary>
    /// <returns>False when the AID has another length; its TAR is then given at installation.</returns>
    public static bool TryFromAid(Aid aid, out Tar tar)
    {
        tar = default;
        return aid.Length == AidLength && TryParse(aid.Span.Slice(PlaceInAid, Size), out tar, out _);
    }

    /// <summary>Reads six hexadecimal digits; spaces between octets are allowed.</summary>
    /// <param name="text">What a person or another system gave.</param>
    /// <param name="tar">The TAR, or the default.</param>
    /// <param name="problem">Empty, or one sentence that names what was expected and what was found.</param>
    public static bool TryParse(string? text, out Tar tar, out string problem)
    {
        tar = default;
        problem = "";
        if (text is { Length: <= 16 } && Octets.TryParse(text, out Octets octets) && TryParse(octets.Span, out tar, out _))
        {
            return true;
        }

        problem = string.IsNullOrWhiteSpace(text)
            ? "A TAR is missing."
            : $"A TAR has three octets, six hexadecimal digits; '{text[..Math.Min(text.Length, 16)]}' has not.";
        return false;
    }

    /// <summary>Reads six hexadecimal digits.</summary>
    /// <exception cref="FormatException">The text is not a TAR; the message is the problem.</exception>
    public static Tar Parse(string text) =>
        TryParse(text, out Tar tar, out string problem) ? tar : throw new FormatException(problem);

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        var writer = new OctetWriter(destination);
        writer.WriteByte((byte)(Value >> 16));
        writer.WriteUInt16((ushort)(Value & 0xFFFF));
        return Size;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out Tar packet, out PacketError error)
    {
        var reader = new OctetReader(source);
        uint value = (uint)reader.ReadByte() << 16 | reader.ReadUInt16();
        bool complete = reader.TryEnd(out error);
        packet = complete ? new(value) : default;
        return complete;
    }

    /// <summary>Six upper-case hexadecimal digits.</summary>
    public override string ToString() => $"{Value:X6}";
}
