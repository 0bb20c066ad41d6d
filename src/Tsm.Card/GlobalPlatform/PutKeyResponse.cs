using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Tsm.Card.Encoding;

namespace Tsm.Card.GlobalPlatform;

/// <summary>The answer to PUT KEY: the key version and the check values that the command carried.</summary>
/// <remarks>GPCS 2.3.1 §11.8.3.1. A key that was sent without check value has none here.</remarks>
[StructLayout(LayoutKind.Auto)]
public readonly record struct PutKeyResponse : IPacket<PutKeyResponse>
{
    /// <summary>The length of a check value, in octets.</summary>
    public const int CheckValueLength = 3;

    private readonly Octets _checkValues;

    private PutKeyResponse(byte keyVersion, Octets checkValues)
    {
        KeyVersion = keyVersion;
        _checkValues = checkValues;
    }

    /// <summary>The key version of the stored keys.</summary>
    public byte KeyVersion { get; }

    /// <summary>The check values, 3 octets each, in the order of the keys that had one.</summary>
    public ImmutableArray<Octets> CheckValues
    {
        get
        {
            var values = ImmutableArray.CreateBuilder<Octets>();
            for (int i = 0; i < _checkValues.Length; i += CheckValueLength)
            {
                values.Add(_checkValues.Slice(i, CheckValueLength));
            }

            return values.ToImmutable();
        }
    }

    /// <inheritdoc/>
    public int Length => 1 + _checkValues.Length;

    /// <summary>Whether the card has stored what was sent.</summary>
    public bool Confirms(PutKeyData sent)
    {
        byte[] own = new byte[Length];
        Write(own);
        return sent.ExpectedAnswer.Span.SequenceEqual(own);
    }

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  KVN 1 | n × check value 3
        var writer = new OctetWriter(destination);
        writer.WriteByte(KeyVersion);
        writer.Write(_checkValues.Span);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out PutKeyResponse packet, out PacketError error)
    {
        packet = default;
        var reader = new OctetReader(source);
        byte version = reader.ReadByte();
        int whole = reader.Remaining / CheckValueLength * CheckValueLength;
        Octets values = reader.ReadOctets(whole);
        if (!reader.TryEnd(out error))
        {
            return false;
        }

        packet = new(version, values);
        return true;
    }
}
