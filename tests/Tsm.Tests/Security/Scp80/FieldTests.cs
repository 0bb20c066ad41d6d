using Tsm.Card.Encoding;
using Tsm.Security.Keys;
using Tsm.Security.Scp80;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Security.Scp80;

/// <summary>SPI, KIc, KID, CNTR, the status and the snapshot of a header.</summary>
public sealed class FieldTests
{
    public sealed record SpiCase(
        string Name,
        string Spi,
        Integrity Integrity,
        bool Ciphered,
        CounterRule Counter,
        PorRule Por,
        Integrity PorIntegrity,
        bool PorCiphered,
        bool PorInSubmit)
    {
        public override string ToString() => Name;
    }

    [Theory, VectorData("scp80/spi.json")]
    public void Spi_reads_and_writes_what_the_standard_tabulates(SpiCase vector)
    {
        var expected = new Spi(
            vector.Integrity, vector.Ciphered, vector.Counter, vector.Por, vector.PorIntegrity, vector.PorCiphered, vector.PorInSubmit);
        Octets wire = Octets.Parse(vector.Spi);

        Assert.True(Spi.TryParse(wire.Span, out Spi parsed, out PacketError error), error.ToString());
        Assert.Equal(expected, parsed);
        Assert.Equal(wire, Written(expected));
    }

    [Theory]
    [InlineData("16", PacketFault.Truncated, 1)]
    [InlineData("161900", PacketFault.TrailingOctets, 2)]
    [InlineData("3619", PacketFault.ReservedValue, 0)]
    [InlineData("1699", PacketFault.ReservedValue, 1)]
    [InlineData("1603", PacketFault.ReservedValue, 1)]
    public void Spi_says_where_it_stopped(string hex, PacketFault fault, int offset)
    {
        Assert.False(Spi.TryParse(Octets.Parse(hex).Span, out _, out PacketError error));

        Assert.Equal(new PacketError(fault, offset), error);
    }

    [Theory]
    [InlineData("00", CipherAlgorithm.Implicit, 0)]
    [InlineData("11", CipherAlgorithm.DesCbc, 1)]
    [InlineData("F2", CipherAlgorithm.AesCbc, 15)]
    [InlineData("43", CipherAlgorithm.Proprietary, 4)]
    [InlineData("25", CipherAlgorithm.TripleDesTwoKeys, 2)]
    [InlineData("39", CipherAlgorithm.TripleDesThreeKeys, 3)]
    [InlineData("1D", CipherAlgorithm.DesEcb, 1)]
    public void Kic_codes_algorithm_and_key_version(string hex, CipherAlgorithm algorithm, int keyVersion)
    {
        Octets wire = Octets.Parse(hex);
        Assert.True(Kic.TryParse(wire.Span, out Kic kic, out _));

        Assert.Equal((algorithm, keyVersion), (kic.Algorithm, kic.KeyVersion));
        Assert.Equal(wire, Written(new Kic(algorithm, keyVersion)));
    }

    [Theory]
    [InlineData("11", Integrity.CryptographicChecksum, CheckAlgorithm.DesMac)]
    [InlineData("11", Integrity.RedundancyCheck, CheckAlgorithm.Crc16)]
    [InlineData("15", Integrity.CryptographicChecksum, CheckAlgorithm.TripleDesMacTwoKeys)]
    [InlineData("15", Integrity.RedundancyCheck, CheckAlgorithm.Crc32)]
    [InlineData("19", Integrity.CryptographicChecksum, CheckAlgorithm.TripleDesMacThreeKeys)]
    [InlineData("12", Integrity.CryptographicChecksum, CheckAlgorithm.AesCmac)]
    [InlineData("10", Integrity.RedundancyCheck, CheckAlgorithm.Implicit)]
    [InlineData("13", Integrity.CryptographicChecksum, CheckAlgorithm.Proprietary)]
    public void Kid_codes_RC_or_CC_as_SPI_says(string hex, Integrity integrity, CheckAlgorithm algorithm)
    {
        Octets wire = Octets.Parse(hex);
        Assert.True(Kid.TryParse(wire.Span, out Kid kid, out _));

        Assert.Equal((algorithm, 1), (kid.AlgorithmFor(integrity), kid.KeyVersion));
        Assert.Equal(wire, Written(new Kid(algorithm, 1)));
    }

    [Theory]
    [InlineData("19", Integrity.RedundancyCheck)]
    [InlineData("12", Integrity.RedundancyCheck)]
    [InlineData("1D", Integrity.CryptographicChecksum)]
    [InlineData("16", Integrity.CryptographicChecksum)]
    [InlineData("15", Integrity.DigitalSignature)]
    public void Kid_knows_reserved_codings(string hex, Integrity integrity)
    {
        Assert.True(Kid.TryParse(Octets.Parse(hex).Span, out Kid kid, out _));

        Assert.Equal(CheckAlgorithm.Reserved, kid.AlgorithmFor(integrity));
    }

    [Theory]
    [InlineData(KeyAlgorithm.Aes, 16, "32"), InlineData(KeyAlgorithm.Aes, 24, "32"), InlineData(KeyAlgorithm.Aes, 32, "32")]
    [InlineData(KeyAlgorithm.TripleDes, 16, "35"), InlineData(KeyAlgorithm.TripleDes, 24, "39"), InlineData(KeyAlgorithm.Des, 8, "31")]
    public void Kic_and_Kid_name_a_key_by_its_algorithm_and_length(KeyAlgorithm algorithm, int length, string hex)
    {
        using var key = KeyMaterial.From(new byte[length], algorithm);

        Assert.Equal((hex, hex), (Written(Kic.For(key, 3)).ToString(), Written(Kid.For(key, 3)).ToString()));
        Assert.Throws<ArgumentOutOfRangeException>(() => Kic.For(key, 16));
        Assert.Throws<ArgumentOutOfRangeException>(() => Kid.For(key, 16));
    }

    [Fact]
    public void Algorithms_without_a_coding_and_versions_beyond_15_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Kic(CipherAlgorithm.TripleDesEcb, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Kic(CipherAlgorithm.AesCbc, 16));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Kid(CheckAlgorithm.Xor4, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Kid(CheckAlgorithm.AesCmac, -1));
    }

    [Fact]
    public void All_obey_the_packet_laws()
    {
        PacketLaws.Hold<Spi>(4, "0000", "1619", "1E3A");
        PacketLaws.Hold<Kic>(3, "12");
        PacketLaws.Hold<Kid>(3, "15");
        PacketLaws.Hold<Counter>(8, "0000000000", "FFFFFFFFFF");
        PacketLaws.Hold<CommandHeader>(20, "16191212B000000000000001080000", "0C010401B000100000000001040607");
    }

    [Fact]
    public void Counter_ends_before_the_value_that_blocks_a_card()
    {
        Assert.Equal(new Counter(6), new Counter(5).Next());
        Assert.Equal(Counter.LastUsable, new Counter(0xFF_FFFF_FFFD).Next());
        Assert.False(new Counter(0xFF_FFFF_FFFD).IsExhausted);
        Assert.True(Counter.LastUsable.IsExhausted);
        Assert.True(Counter.Max.IsExhausted);
        Assert.Throws<OverflowException>(() => Counter.LastUsable.Next());
        Assert.Throws<OverflowException>(() => Counter.Max.Add(0));
        Assert.False(new Counter(1).TryAdd(ulong.MaxValue, out _));
        Assert.True(Counter.Zero < Counter.LastUsable && Counter.Max > Counter.LastUsable);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Counter(1UL << 40));
    }

    [Fact]
    public void Status_explains_every_code_and_keeps_unknown_ones()
    {
        ResponseStatus[] all = [.. Enumerable.Range(0, 256).Select(code => new ResponseStatus((byte)code))];

        Assert.All(all, s => Assert.All([s.Name, s.Meaning, s.Cause, s.NextStep], text => Assert.NotEmpty(text)));
        Assert.Equal(13, all.Count(s => s.IsDefined));
        Assert.Equal([0x08, 0x0B, 0x0C], all.Where(s => s.IsIntermediate).Select(s => (int)s.Code));
        Assert.Equal("02 CNTR low", ResponseStatus.CounterLow.ToString());
        Assert.Equal("status E1", new ResponseStatus(0xE1).ToString());
        Assert.Equal(
            [
                ResponseStatus.Ok, ResponseStatus.IntegrityFailed, ResponseStatus.CounterLow, ResponseStatus.CounterHigh,
                ResponseStatus.CounterBlocked, ResponseStatus.CipheringError, ResponseStatus.UnidentifiedSecurityError,
                ResponseStatus.InsufficientMemory, ResponseStatus.MoreTime, ResponseStatus.TarUnknown,
                ResponseStatus.InsufficientSecurityLevel, ResponseStatus.ResponseInSubmit, ResponseStatus.ResponseInUssd,
            ],
            all.Where(s => s.IsDefined));
    }

    private static Octets Written<TPacket>(TPacket packet) where TPacket : struct, IPacket<TPacket>
    {
        byte[] wire = new byte[packet.Length];
        Assert.Equal(wire.Length, packet.Write(wire));
        return Octets.Own(wire);
    }
}
