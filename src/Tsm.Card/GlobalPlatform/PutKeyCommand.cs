using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;

namespace Tsm.Card.GlobalPlatform;

/// <summary>PUT KEY: adds or replaces keys of one version.</summary>
/// <remarks>
/// GPCS 2.3.1 §11.8. Keys of one command are stored all or none. Replaced keys keep type and length; a wrong check value
/// gets 6982.
/// </remarks>
public static class PutKeyCommand
{
    private const byte Several = 0x80;
    private const int HighestVersion = 0x7F;

    /// <summary>The command; with long keys it may have to be cut.</summary>
    /// <param name="replacedVersion">The key version that is replaced, 1 to 127 or 255; 0 to add a new one.</param>
    /// <param name="firstKeyId">The identifier of the first key, 0 to 127; the others follow it.</param>
    /// <param name="data">The new version and the keys.</param>
    public static ChainedCommand For(int replacedVersion, int firstKeyId, PutKeyData data)
    {
        if (replacedVersion is not (>= 0 and <= HighestVersion or 0xFF))
        {
            throw new ArgumentOutOfRangeException(nameof(replacedVersion), replacedVersion, "A key version is 1 to 127, or 255.");
        }

        // P1.b8 chains commands: keys of version 255 are named by it all the same, and cannot be cut.
        ArgumentOutOfRangeException.ThrowIfNegative(firstKeyId);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstKeyId, 0x7F);
        byte[] octets = new byte[data.Length];
        data.Write(octets);
        byte p2 = (byte)(firstKeyId | (data.Count > 1 ? Several : 0));
        return new(CommandField.Class, Instruction.PutKey, (byte)replacedVersion, p2, Octets.Own(octets), Le: 0);
    }

    /// <summary>Reads a PUT KEY command as the card does, once its parts are together.</summary>
    public static bool TryParse(ChainedCommand command, out PutKeyRequest request, out PacketError error)
    {
        request = default;
        if (command.Ins != Instruction.PutKey)
        {
            error = new(PacketFault.UnexpectedValue, 0);
            return false;
        }

        if (!PutKeyData.TryParse(command.Data.Span, out PutKeyData data, out error))
        {
            return false;
        }

        if (data.Count > 1 != ((command.P2 & Several) != 0))
        {
            error = new(PacketFault.LengthMismatch, 0);
            return false;
        }

        request = new(command.P1, (byte)(command.P2 & ~Several & 0xFF), data);
        return true;
    }
}

/// <summary>What a PUT KEY command asks a card for.</summary>
/// <param name="ReplacedVersion">The key version that is replaced; 0 to add a new one.</param>
/// <param name="FirstKeyId">The identifier of the first key.</param>
/// <param name="Data">The new version and the keys.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct PutKeyRequest(byte ReplacedVersion, byte FirstKeyId, PutKeyData Data);

/// <summary>The data of PUT KEY: the new key version, then the keys.</summary>
/// <remarks>GPCS 2.3.1 §11.8.2.3, format 1.</remarks>
[StructLayout(LayoutKind.Auto)]
public readonly record struct PutKeyData : IPacket<PutKeyData>
{
    // Ours: nothing that one command replaces has more.
    private const int MaxKeys = 16;

    private readonly Octets _keys;

    private PutKeyData(byte newVersion, Octets keys, int count)
    {
        NewVersion = newVersion;
        _keys = keys;
        Count = count;
    }

    /// <summary>Puts keys together.</summary>
    /// <param name="newVersion">The key version number they get, 1 to 127.</param>
    /// <param name="keys">The keys in the order of their identifiers, 1 to 16.</param>
    public static PutKeyData Of(int newVersion, ImmutableArray<KeyData> keys)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(newVersion, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(newVersion, 0x7F);
        if (keys.IsDefaultOrEmpty || keys.Length > MaxKeys)
        {
            throw new ArgumentException($"A PUT KEY carries 1 to {MaxKeys} keys.", nameof(keys));
        }

        byte[] octets = new byte[keys.Sum(k => k.Length)];
        var writer = new OctetWriter(octets);
        foreach (KeyData key in keys)
        {
            writer.Write(key);
        }

        return new((byte)newVersion, Octets.Own(octets), keys.Length);
    }

    /// <summary>The key version number that the keys get.</summary>
    public byte NewVersion { get; }

    /// <summary>The number of keys.</summary>
    public int Count { get; }

    /// <summary>The keys in the order of their identifiers.</summary>
    public ImmutableArray<KeyData> Keys
    {
        get
        {
            var keys = ImmutableArray.CreateBuilder<KeyData>(Count);
            var reader = new OctetReader(_keys.Span);
            while (reader.Remaining > 0)
            {
                keys.Add(KeyData.Read(ref reader, _keys.Span));
            }

            return keys.ToImmutable();
        }
    }

    /// <summary>What a card answers when it has stored the keys: the version and the check values that the command carried.</summary>
    public Octets ExpectedAnswer => Octets.Concat([Octets.Copy([NewVersion]), .. Keys.Select(k => k.CheckValue)]);

    /// <inheritdoc/>
    public int Length => 1 + _keys.Length;

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  new KVN 1 | n × key
        var writer = new OctetWriter(destination);
        writer.WriteByte(NewVersion);
        writer.Write(_keys.Span);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out PutKeyData packet, out PacketError error)
    {
        packet = default;
        var reader = new OctetReader(source);
        byte version = reader.ReadByte();
        int count = 0;
        do
        {
            KeyData.Read(ref reader, source);
            if (++count > MaxKeys)
            {
                reader.Fail(PacketFault.LimitExceeded);
            }
        }
        while (reader.Remaining > 0);
        if (!reader.TryEnd(out error))
        {
            return false;
        }

        packet = new(version, Octets.Copy(source[1..]), count);
        return true;
    }
}
