using System.Buffers.Binary;
using System.Security.Cryptography;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Security.Channels;
using Tsm.Security.Crypto;
using Tsm.Security.Keys;

namespace Tsm.Security.Scp03;

/// <summary>The session keys of SCP03 and what is chained, for both sides.</summary>
/// <remarks>Amd D §6.2. MACs have 8 octets in S8 mode and 16 in S16 mode, as the challenges.</remarks>
internal sealed class Scp03Session : IDisposable
{
    private const int BlockSize = 16;
    private const byte ResponseMark = 0x80;

    private readonly KeyMaterial _encryption;
    private readonly KeyMaterial _mac;
    private readonly KeyMaterial _responseMac;
    private readonly byte[] _context;
    private readonly bool _countsEmptyCommands;

    // MCV, the whole C-MAC of the last command.
    private byte[] _chaining = new byte[AesCmac.Size];
    private ulong _counter;

    public Scp03Session(ChannelKeys keys, Octets hostChallenge, Octets cardChallenge, bool countsEmptyCommands)
    {
        _context = [.. hostChallenge.Span, .. cardChallenge.Span];
        _countsEmptyCommands = countsEmptyCommands;
        MacLength = cardChallenge.Length;
        _encryption = Scp03KeyDerivation.DeriveKey(keys.Encryption, Scp03KeyDerivation.SessionEncryption, _context);
        _mac = Scp03KeyDerivation.DeriveKey(keys.Mac, Scp03KeyDerivation.SessionMac, _context);
        _responseMac = Scp03KeyDerivation.DeriveKey(keys.Mac, Scp03KeyDerivation.SessionResponseMac, _context);
    }

    /// <summary>The length of MACs and cryptograms, in octets: 8 or 16.</summary>
    public int MacLength { get; }

    public static string? Misfit(ChannelKeys keys) => keys.Encryption.Algorithm == KeyAlgorithm.Aes && keys.Mac.Algorithm == KeyAlgorithm.Aes
        ? null
        : "SCP03 takes AES keys.";

    public Octets Cryptogram(byte constant)
    {
        byte[] cryptogram = new byte[MacLength];
        Scp03KeyDerivation.Derive(_mac, constant, _context, cryptogram);
        return Octets.Own(cryptogram);
    }

    /// <summary>Appends the C-MAC to a command whose data are ciphered, where they are to be.</summary>
    public ChainedCommand Sign(in ChainedCommand command)
    {
        _chaining = Mac(command, command.Data.Span);
        return command with
        {
            Cla = ChannelClass.Secured(command.Cla),
            Data = Octets.Own([.. command.Data.Span, .. _chaining.AsSpan(0, MacLength)]),
        };
    }

    /// <summary>Takes the C-MAC off a command when it holds.</summary>
    public bool TryVerify(in ChainedCommand received, out ChainedCommand command)
    {
        command = default;
        int length = received.Data.Length - MacLength;
        if (length < 0)
        {
            return false;
        }

        Octets data = received.Data.Slice(0, length);
        byte[] mac = Mac(received, data.Span);
        if (!CryptographicOperations.FixedTimeEquals(mac.AsSpan(0, MacLength), received.Data.Span[length..]))
        {
            return false;
        }

        _chaining = mac;
        command = received with { Cla = ChannelClass.Plain(received.Cla), Data = data };
        return true;
    }

    /// <summary>Ciphers the data of the next command.</summary>
    public Octets Encipher(Octets data)
    {
        Count(data);
        return data.IsEmpty ? data : Encipher(data.Span, mark: 0);
    }

    /// <summary>Deciphers the data of the next command.</summary>
    public bool TryDecipher(Octets data, out Octets clear)
    {
        Count(data);
        clear = data;
        return data.IsEmpty || TryDecipher(data.Span, mark: 0, out clear);
    }

    /// <summary>Protects the answer to the last command.</summary>
    public ResponseApdu SignResponse(ResponseApdu response, bool ciphered)
    {
        Octets data = ciphered && !response.Data.IsEmpty ? Encipher(response.Data.Span, ResponseMark) : response.Data;
        Span<byte> mac = stackalloc byte[AesCmac.Size];
        ResponseMac(data.Span, response.Status, mac);
        return response with { Data = Octets.Own([.. data.Span, .. mac[..MacLength]]) };
    }

    /// <summary>Opens the answer to the last command.</summary>
    public bool TryOpenResponse(ResponseApdu received, bool ciphered, out ResponseApdu response)
    {
        response = default;
        int length = received.Data.Length - MacLength;
        if (length < 0)
        {
            return false;
        }

        Octets data = received.Data.Slice(0, length);
        Span<byte> mac = stackalloc byte[AesCmac.Size];
        ResponseMac(data.Span, received.Status, mac);
        if (!CryptographicOperations.FixedTimeEquals(mac[..MacLength], received.Data.Span[length..])
            || (ciphered && length > 0 && !TryDecipher(data.Span, ResponseMark, out data)))
        {
            return false;
        }

        response = received with { Data = data };
        return true;
    }

    public void Dispose()
    {
        _encryption.Dispose();
        _mac.Dispose();
        _responseMac.Dispose();
    }

    private byte[] Mac(in ChainedCommand command, ReadOnlySpan<byte> data)
    {
        byte[] mac = new byte[AesCmac.Size];
        byte cla = ChannelClass.Signed(command.Cla);
        AesCmac.Compute(_mac, ChannelClass.MacInput(cla, command, data.Length + MacLength, _chaining, data), mac);
        return mac;
    }

    private void ResponseMac(ReadOnlySpan<byte> data, StatusWord status, Span<byte> mac)
    {
        //  MCV of the command | data | SW1 SW2
        byte[] input = [.. _chaining, .. data, status.Sw1, status.Sw2];
        AesCmac.Compute(_responseMac, input, mac);
    }

    // Amd D §6.2.6: every command counts, also one without data; a few old cards count only those with data.
    private void Count(Octets data)
    {
        if (_countsEmptyCommands || !data.IsEmpty)
        {
            _counter++;
        }
    }

    private Octets Encipher(ReadOnlySpan<byte> clear, byte mark)
    {
        byte[] blocks = MarkedPadding.Add(clear, BlockSize);
        AddInitialValue(blocks, mark);
        _encryption.Cipher.Transform(BlockMode.CbcEncrypt, blocks);
        return Octets.Own(blocks);
    }

    private bool TryDecipher(ReadOnlySpan<byte> ciphered, byte mark, out Octets clear)
    {
        clear = default;
        if (ciphered.Length % BlockSize != 0)
        {
            return false;
        }

        byte[] blocks = ciphered.ToArray();
        _encryption.Cipher.Transform(BlockMode.CbcDecrypt, blocks);
        AddInitialValue(blocks, mark);
        int length = MarkedPadding.ClearLength(blocks);
        clear = length < 0 ? default : Octets.Copy(blocks.AsSpan(0, length));
        return length >= 0;
    }

    // The ICV is the enciphered counter (Amd D §6.2.6); added to the first block it is the same as CBC that begins with it.
    private void AddInitialValue(Span<byte> blocks, byte mark)
    {
        Span<byte> value = stackalloc byte[BlockSize];
        value.Clear();
        value[0] = mark;
        BinaryPrimitives.WriteUInt64BigEndian(value[8..], _counter);
        _encryption.Cipher.Transform(BlockMode.EcbEncrypt, value);
        for (int i = 0; i < BlockSize; i++)
        {
            blocks[i] ^= value[i];
        }
    }
}
