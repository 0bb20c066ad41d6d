using System.Security.Cryptography;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Security.Channels;
using Tsm.Security.Crypto;
using Tsm.Security.Keys;

namespace Tsm.Security.Scp02;

/// <summary>The session keys of SCP02 and what is chained, for both sides.</summary>
/// <remarks>GPCS 2.3.1 §E.4. The C-MAC covers the clear command, which is ciphered afterwards.</remarks>
internal sealed class Scp02Session : IDisposable
{
    public const int MacLength = RetailMac.Size;

    private const int BlockSize = 8;
    private const int KeyLength = 16;

    // §E.4.1: the constants of the session keys.
    private const ushort MacConstant = 0x0101, ResponseMacConstant = 0x0102, EncryptionConstant = 0x0182, DekConstant = 0x0181;

    private readonly KeyMaterial _encryption;
    private readonly KeyMaterial _macKey;
    private readonly KeyMaterial _responseMacKey;
    private readonly RetailMac _mac;
    private readonly RetailMac _responseMac;
    private readonly byte[] _sequence;

    // The last C-MAC; null before that of EXTERNAL AUTHENTICATE.
    private byte[]? _chaining;
    private byte[] _responseChaining = new byte[MacLength];

    // The last command as the R-MAC sees it.
    private byte[] _lastCommand = [];

    public Scp02Session(ChannelKeys keys, ushort sequenceCounter)
    {
        _sequence = [(byte)(sequenceCounter >> 8), (byte)(sequenceCounter & 0xFF)];
        _encryption = Derive(keys.Encryption, EncryptionConstant, _sequence);
        _macKey = Derive(keys.Mac, MacConstant, _sequence);
        _responseMacKey = Derive(keys.Mac, ResponseMacConstant, _sequence);
        Dek = keys.Dek is { } dek ? Derive(dek, DekConstant, _sequence) : null;
        _mac = new(_macKey);
        _responseMac = new(_responseMacKey);
    }

    /// <summary>S-DEK, under which keys travel in this session; null where K-DEK is not known.</summary>
    public KeyMaterial? Dek { get; }

    public static string? Misfit(ChannelKeys keys)
    {
        KeyMaterial?[] all = [keys.Encryption, keys.Mac, keys.Dek];
        return all.All(k => k is null or { Algorithm: KeyAlgorithm.TripleDes, Length: KeyLength }) ? null : "SCP02 takes triple DES keys of 16 octets.";
    }

    public Octets CardCryptogram(Octets hostChallenge, Octets cardChallenge) =>
        Cryptogram([.. hostChallenge.Span, .. _sequence, .. cardChallenge.Span]);

    public Octets HostCryptogram(Octets hostChallenge, Octets cardChallenge) =>
        Cryptogram([.. _sequence, .. cardChallenge.Span, .. hostChallenge.Span]);

    /// <summary>Appends the C-MAC to a clear command, and ciphers its data where they are to be.</summary>
    public ChainedCommand Sign(in ChainedCommand command, bool ciphered)
    {
        Remember(command);
        byte[] mac = new byte[MacLength];
        _mac.Compute(InitialValue(), MacInput(command), mac);
        StartResponses(mac);
        _chaining = mac;
        Octets data = command.Data;
        if (ciphered && !data.IsEmpty)
        {
            byte[] blocks = MarkedPadding.Add(data.Span, BlockSize);
            _encryption.Cipher.Transform(BlockMode.CbcEncrypt, blocks);
            data = Octets.Own(blocks);
        }

        return command with { Cla = ChannelClass.Secured(command.Cla), Data = Octets.Concat(data, Octets.Own(mac)) };
    }

    /// <summary>Takes the C-MAC off a command when it holds, and deciphers its data where they are.</summary>
    public bool TryVerify(in ChainedCommand received, bool ciphered, out ChainedCommand command)
    {
        command = default;
        int length = received.Data.Length - MacLength;
        if (length < 0)
        {
            return false;
        }

        Octets data = received.Data.Slice(0, length);
        Octets mac = received.Data.Slice(length);
        if (ciphered && length > 0 && !TryDecipher(ref data))
        {
            return false;
        }

        ChainedCommand clear = received with { Cla = ChannelClass.Plain(received.Cla), Data = data };
        if (!_mac.Verify(InitialValue(), MacInput(clear), mac.Span))
        {
            return false;
        }

        Remember(clear);
        StartResponses(mac.ToArray());
        _chaining = mac.ToArray();
        command = clear;
        return true;
    }

    /// <summary>Keeps the command for the R-MAC of its answer.</summary>
    public void Remember(in ChainedCommand command)
    {
        CryptographicOperations.ZeroMemory(_lastCommand);
        _lastCommand = ChannelClass.MacInput(ChannelClass.Bare(command.Cla), command, command.Data.Length, [], command.Data.Span);
    }

    /// <summary>The R-MAC of the answer to the last command, which the next one is chained to.</summary>
    public byte[] NextResponseMac(ReadOnlySpan<byte> data, StatusWord status)
    {
        //  command without secure messaging | Li, modulo 256 | data | SW1 SW2
        byte[] input = [.. _lastCommand, (byte)(data.Length & 0xFF), .. data, status.Sw1, status.Sw2];
        byte[] mac = new byte[MacLength];
        _responseMac.Compute(_responseChaining, input, mac);
        _responseChaining = mac;
        return mac;
    }

    public void Dispose()
    {
        // The last command may have carried a PIN or a key.
        CryptographicOperations.ZeroMemory(_lastCommand);
        _mac.Dispose();
        _responseMac.Dispose();
        _encryption.Dispose();
        _macKey.Dispose();
        _responseMacKey.Dispose();
        Dek?.Dispose();
    }

    private static byte[] MacInput(in ChainedCommand clear) =>
        ChannelClass.MacInput(ChannelClass.Signed(clear.Cla), clear, clear.Data.Length + MacLength, [], clear.Data.Span);

    // §E.3.2: the R-MACs of a session with explicit initiation begin with the C-MAC of EXTERNAL AUTHENTICATE.
    private void StartResponses(byte[] mac)
    {
        if (_chaining is null)
        {
            _responseChaining = mac;
        }
    }

    // §E.3: zeros at first, then the last C-MAC, enciphered.
    private byte[] InitialValue()
    {
        byte[] value = new byte[MacLength];
        if (_chaining is not null)
        {
            _chaining.CopyTo(value.AsSpan());
            _mac.EncipherInitial(value);
        }

        return value;
    }

    private bool TryDecipher(ref Octets data)
    {
        if (data.Length % BlockSize != 0)
        {
            return false;
        }

        byte[] blocks = data.ToArray();
        _encryption.Cipher.Transform(BlockMode.CbcDecrypt, blocks);
        int length = MarkedPadding.ClearLength(blocks);
        data = length < 0 ? data : Octets.Copy(blocks.AsSpan(0, length));
        return length >= 0;
    }

    private Octets Cryptogram(ReadOnlySpan<byte> input)
    {
        byte[] cryptogram = new byte[DesMac.Size];
        DesMac.Compute(_encryption, MarkedPadding.Add(input, BlockSize), cryptogram);
        return Octets.Own(cryptogram);
    }

    private static KeyMaterial Derive(KeyMaterial key, ushort constant, ReadOnlySpan<byte> sequence)
    {
        //  constant 2 | sequence counter 2 | 12 × 00, enciphered in CBC
        Span<byte> derived = stackalloc byte[KeyLength];
        derived.Clear();
        derived[0] = (byte)(constant >> 8);
        derived[1] = (byte)(constant & 0xFF);
        sequence.CopyTo(derived[2..]);
        try
        {
            key.Cipher.Transform(BlockMode.CbcEncrypt, derived);
            return KeyMaterial.From(derived, KeyAlgorithm.TripleDes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
        }
    }
}
