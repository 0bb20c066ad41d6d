using FsCheck;
using FsCheck.Fluent;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Security.Keys;
using Tsm.Security.Scp80;

namespace Tsm.Tests.Security.Scp80;

/// <summary>What holds for any header, any keys and any data.</summary>
public sealed class PacketLawsTests
{
    private static readonly CipherAlgorithm[] Ciphers =
    [
        CipherAlgorithm.DesCbc, CipherAlgorithm.DesEcb, CipherAlgorithm.TripleDesTwoKeys,
        CipherAlgorithm.TripleDesThreeKeys, CipherAlgorithm.AesCbc,
    ];

    private static readonly CheckAlgorithm[] Checksums =
    [
        CheckAlgorithm.DesMac, CheckAlgorithm.TripleDesMacTwoKeys, CheckAlgorithm.TripleDesMacThreeKeys, CheckAlgorithm.AesCmac,
    ];

    private static readonly CheckAlgorithm[] Redundancies = [CheckAlgorithm.Crc16, CheckAlgorithm.Crc32];

    /// <summary>A command, keys that fit it, and a place to break it.</summary>
    public sealed record Scenario(CommandHeader Header, byte[] KicKey, byte[] KidKey, byte[] Data, int Place, byte Change)
    {
        public KeySet Keys => new(
            Math.Max(Header.Kic.KeyVersion, 1),
            KeyMaterial.From(KicKey, Family(Header.Kic.Algorithm)),
            KeyMaterial.From(KidKey, Family(CipherOf(Header.Kid.Algorithm))),
            dek: null);
    }

    [Fact]
    public void What_was_protected_opens() => Check(Scenarios(Integrities.Any), s =>
    {
        using KeySet keys = s.Keys;
        Octets packet = PacketProtection.Protect(s.Header, keys, s.Data);
        CommandOpening opening = PacketProtection.OpenCommand(packet.Span, keys, s.Header.CcLength);

        // What a header says about a CMAC's length is lost where there is none.
        return opening.Status.IsOk
            && opening.Data.Span.SequenceEqual(s.Data)
            && opening.Header!.Value == s.Header
            && packet.Length == PacketProtection.PacketLength(s.Header, s.Data.Length);
    });

    [Fact]
    public void No_altered_bit_opens_where_there_is_a_CC() => Check(Scenarios(Integrities.Checksum), s =>
    {
        using KeySet keys = s.Keys;
        byte[] packet = PacketProtection.Protect(s.Header, keys, s.Data).ToArray();
        for (int bit = 0; bit < packet.Length * 8; bit++)
        {
            packet[bit / 8] ^= (byte)(1 << bit % 8);
            CommandOpening opening = PacketProtection.OpenCommand(packet, keys, s.Header.CcLength);
            packet[bit / 8] ^= (byte)(1 << bit % 8);
            if (opening.Status.IsOk || opening.Header is not null || !opening.Data.IsEmpty)
            {
                return false;
            }
        }

        return true;
    });

    [Fact]
    public void Any_octets_open_with_a_status() => Check(Scenarios(Integrities.Any), s =>
    {
        using KeySet keys = s.Keys;
        byte[] packet = PacketProtection.Protect(s.Header, keys, s.Data).ToArray();
        byte[] cut = packet[..(s.Place % packet.Length)];
        packet[s.Place % packet.Length] = s.Change;
        ResponseStatus[] ofCards =
        [
            ResponseStatus.Ok, ResponseStatus.IntegrityFailed, ResponseStatus.CipheringError, ResponseStatus.UnidentifiedSecurityError,
        ];
        return ofCards.Contains(PacketProtection.OpenCommand(packet, keys).Status)
            && PacketProtection.OpenCommand(cut, keys).Status == ResponseStatus.UnidentifiedSecurityError
            && ofCards.Contains(PacketProtection.OpenCommand(s.Data, keys).Status);
    });

    [Fact]
    public void What_fits_fits_and_one_octet_more_does_not() => Check(Scenarios(Integrities.Any), s =>
    {
        int capacity = s.Place % 400;
        int most = PacketProtection.MaxDataLength(s.Header, capacity);
        return PacketProtection.PacketLength(s.Header, most + 1) > capacity
            && (most < 0 || PacketProtection.PacketLength(s.Header, most) <= capacity);
    });

    [Fact]
    public void A_response_with_RC_or_CC_is_proven() => Check(Scenarios(Integrities.Protected), s =>
    {
        using KeySet keys = s.Keys;
        var status = new ResponseStatus(s.Change);
        ResponsePadding padding = s.Place % 2 == 0 ? ResponsePadding.Zeros : ResponsePadding.MarkedZeros;
        Octets packet = PacketProtection.ProtectResponse(s.Header, keys, status, s.Data, plain: false, padding);
        ResponseOpening opening = PacketProtection.Open(packet.Span, s.Header, keys);
        return opening is { Kind: ResponseKind.Proven, Packet: { } proven }
            && proven.Status == status && proven.Data.Span.SequenceEqual(s.Data)
            && proven.Tar == s.Header.Tar && proven.Counter == s.Header.Counter
            && opening.ProvenBy == s.Header.Spi.PorIntegrity;
    });

    [Fact]
    public void A_response_without_is_never_proven() => Check(Scenarios(Integrities.Any), s =>
    {
        using KeySet keys = s.Keys;
        Octets packet = PacketProtection.ProtectResponse(s.Header, keys, ResponseStatus.Ok, s.Data, plain: true);
        ResponseOpening opening = PacketProtection.Open(packet.Span, s.Header, keys);
        return opening is { Kind: ResponseKind.Indicated, Packet: null, Reason: not null } && opening.Status == ResponseStatus.Ok;
    });

    [Fact]
    public void An_altered_response_is_never_proven() => Check(Scenarios(Integrities.Checksum), s =>
    {
        using KeySet keys = s.Keys;
        byte[] packet = PacketProtection.ProtectResponse(s.Header, keys, ResponseStatus.Ok, s.Data, plain: false).ToArray();
        for (int bit = 0; bit < packet.Length * 8; bit++)
        {
            packet[bit / 8] ^= (byte)(1 << bit % 8);
            if (!Unproven(packet))
            {
                return false;
            }

            packet[bit / 8] ^= (byte)(1 << bit % 8);
        }

        byte[] changed = [.. packet];
        changed[s.Place % packet.Length] = s.Change;
        return (changed.AsSpan().SequenceEqual(packet) || Unproven(changed))
            && Unproven(packet[..(s.Place % packet.Length)])
            && Unproven(s.Data);

        bool Unproven(byte[] octets)
        {
            ResponseOpening opening = PacketProtection.Open(octets, s.Header, keys);
            return opening.Kind != ResponseKind.Proven && opening is { Packet: null, ProvenBy: Integrity.None, Reason: not null };
        }
    });

    private static void Check(Gen<Scenario> scenarios, Func<Scenario, bool> law) =>
        FsCheck.Check.QuickThrowOnFailure(Prop.ForAll(scenarios.ToArbitrary(), law));

    private enum Integrities
    {
        Any,
        Protected,
        Checksum,
    }

    private static Gen<Scenario> Scenarios(Integrities integrities)
    {
        Integrity[] allowed = integrities switch
        {
            Integrities.Checksum => [Integrity.CryptographicChecksum],
            Integrities.Protected => [Integrity.CryptographicChecksum, Integrity.RedundancyCheck],
            _ => [Integrity.None, Integrity.RedundancyCheck, Integrity.CryptographicChecksum],
        };
        return
            from integrity in Gen.Elements(allowed)
            from cipher in Gen.Elements(Ciphers)
            from check in Gen.Elements(integrity == Integrity.RedundancyCheck ? Redundancies : Checksums)
            from ccLength in Gen.Elements(4, 8)
            from flags in Gen.Choose(0, 7)
            from counterRule in Gen.Choose(0, 3)
            from por in Gen.Choose(0, 2)
            from version in Gen.Choose(0, 15)
            from tar in Gen.Choose(0, 0xFFFFFF)
            from counter in Gen.Choose(0, int.MaxValue)
            from aesLength in Gen.Elements(16, 24, 32)
            from kicKey in Bytes(32)
            from kidKey in Bytes(32)
            from dataLength in Gen.Choose(0, 60)
            from data in Bytes(dataLength)
            from place in Gen.Choose(0, 10_000)
            from change in ArbMap.Default.GeneratorFor<byte>()
            let spi = new Spi(
                integrity, (flags & 1) != 0, (CounterRule)counterRule, (PorRule)por, integrity, (flags & 2) != 0, (flags & 4) != 0)
            let kid = new Kid(check, version)
            let length = integrity == Integrity.CryptographicChecksum && check == CheckAlgorithm.AesCmac ? ccLength : 8
            select new Scenario(
                new(spi, new(cipher, version), kid, new Tar((uint)tar), new((ulong)counter * 255), length),
                kicKey[..KeyLength(cipher, aesLength)],
                kidKey[..KeyLength(CipherOf(kid.Algorithm), aesLength)],
                data,
                place,
                change);
    }

    private static Gen<byte[]> Bytes(int length) => ArbMap.Default.GeneratorFor<byte>().ArrayOf(length);

    /// <summary>The cipher that takes the same keys. A KID of an RC uses none: read as a CC it says which there may be.</summary>
    private static CipherAlgorithm CipherOf(CheckAlgorithm check) => check switch
    {
        CheckAlgorithm.DesMac => CipherAlgorithm.DesCbc,
        CheckAlgorithm.TripleDesMacTwoKeys => CipherAlgorithm.TripleDesTwoKeys,
        CheckAlgorithm.TripleDesMacThreeKeys => CipherAlgorithm.TripleDesThreeKeys,
        _ => CipherAlgorithm.AesCbc,
    };

    private static int KeyLength(CipherAlgorithm cipher, int aesLength) => cipher switch
    {
        CipherAlgorithm.DesCbc or CipherAlgorithm.DesEcb => 8,
        CipherAlgorithm.TripleDesTwoKeys => 16,
        CipherAlgorithm.TripleDesThreeKeys => 24,
        _ => aesLength,
    };

    private static KeyAlgorithm Family(CipherAlgorithm cipher) => cipher switch
    {
        CipherAlgorithm.DesCbc or CipherAlgorithm.DesEcb => KeyAlgorithm.Des,
        CipherAlgorithm.AesCbc => KeyAlgorithm.Aes,
        _ => KeyAlgorithm.TripleDes,
    };
}
