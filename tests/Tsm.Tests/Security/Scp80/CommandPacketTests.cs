using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Security.Keys;
using Tsm.Security.Scp80;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Security.Scp80;

public sealed class CommandPacketTests
{
    public sealed record Case(
        string Name,
        string Origin,
        string? Note,
        string? KicKey,
        KeyAlgorithm? KicAlgorithm,
        string? KidKey,
        KeyAlgorithm? KidAlgorithm,
        string Spi,
        string Kic,
        string Kid,
        string Tar,
        string Counter,
        string Data,
        string Packet,
        int? PaddingCounter,
        CipherAlgorithm AgreedCipher = CipherAlgorithm.Implicit,
        CheckAlgorithm AgreedCheck = CheckAlgorithm.Implicit,
        int CcLength = 8,
        bool Rebuildable = true,
        PacketDialect Dialect = PacketDialect.SmsPp)
    {
        public CommandHeader Header => Known.Header(Spi, Kic, Kid, Tar, Counter, CcLength) with { Agreed = new(AgreedCipher, AgreedCheck) };

        public KeySet? Keys => Known.Keys(Header, KicKey, KicAlgorithm, KidKey, KidAlgorithm);

        public override string ToString() => Name;
    }

    [Theory, VectorData("scp80/command-packets.json")]
    public void Protects_as_others_do(Case vector)
    {
        using KeySet? keys = vector.Keys;
        Octets data = Octets.Parse(vector.Data);

        Octets packet = PacketProtection.Protect(vector.Header, keys, data.Span, vector.Dialect);

        if (vector.Rebuildable)
        {
            Assert.Equal(Octets.Parse(vector.Packet), packet);
        }

        Assert.Equal(Octets.Parse(vector.Packet).Length, PacketProtection.PacketLength(vector.Header, data.Length, vector.Dialect));
    }

    [Theory, VectorData("scp80/command-packets.json")]
    public void Opens_what_others_protected(Case vector)
    {
        using KeySet? keys = vector.Keys;

        CommandOpening opening = PacketProtection.OpenCommand(
            Octets.Parse(vector.Packet).Span, keys, vector.CcLength, vector.Header.Agreed, vector.Dialect);

        Assert.Equal((ResponseStatus.Ok, null), (opening.Status, opening.Reason));
        Assert.Equal(Octets.Parse(vector.Data), opening.Data);
        Assert.Equal(vector.Header.Counter, opening.Header!.Value.Counter);
        Assert.Equal(vector.Header, opening.Header.Value);
        Assert.Equal(vector.PaddingCounter ?? opening.PaddingCounter, opening.PaddingCounter);
    }

    [Fact]
    public void Shows_a_card_what_is_in_the_clear()
    {
        Octets packet = Octets.Parse("00281516192222B000115A47655527E96E832F1A5C698655715D4331454A0D83952C0ED35245706976B1");

        Assert.True(PacketProtection.TryReadHeader(packet.Span, out ReceivedHeader header, out PacketError error), error.ToString());

        Assert.Equal(new Tar(0xB00011), header.Tar);
        Assert.Equal((CipherAlgorithm.AesCbc, 2, 8), (header.Kic.Algorithm, header.Kid.KeyVersion, header.CheckLength));
    }

    [Theory]
    [InlineData("", PacketFault.Truncated, 0)]
    [InlineData("00100D00220000010203000000000000AA", PacketFault.LengthMismatch, 0)]
    [InlineData("00100C00220000010203000000000000AABB", PacketFault.LengthMismatch, 2)]
    [InlineData("00101500220000010203000000000000AABB", PacketFault.LengthMismatch, 2)]
    [InlineData("00100D00030000010203000000000000AABB", PacketFault.ReservedValue, 4)]
    public void Says_where_a_header_is_wrong(string hex, PacketFault fault, int offset)
    {
        Assert.False(PacketProtection.TryReadHeader(Octets.Parse(hex).Span, out _, out PacketError error));

        Assert.Equal(new PacketError(fault, offset), error);
    }

    [Fact]
    public void A_card_ignores_reserved_bits_of_SPI()
    {
        Assert.True(PacketProtection.TryReadHeader(
            Octets.Parse("00100DE0E20000010203000000000000AABB").Span, out ReceivedHeader header, out PacketError error), error.ToString());

        Assert.Equal(PorRule.OnError, header.Spi.Por);
    }

    [Fact]
    public void A_card_says_which_part_failed()
    {
        CommandHeader header = Known.Header("1619", "22", "22", "B00011", "0000000011");
        using KeySet keys = Aes(2, 1, 2);
        using KeySet otherKid = Aes(2, 1, 9);
        using KeySet otherKic = Aes(2, 9, 2);
        using KeySet otherVersion = Aes(3, 1, 2);
        Octets packet = PacketProtection.Protect(header, keys, [1, 2, 3]);

        Assert.Equal(ResponseStatus.IntegrityFailed, PacketProtection.OpenCommand(packet.Span, otherKid).Status);
        Assert.Contains(
            PacketProtection.OpenCommand(packet.Span, otherKic).Status,
            new[] { ResponseStatus.CipheringError, ResponseStatus.IntegrityFailed });
        Assert.Equal(ResponseStatus.UnidentifiedSecurityError, PacketProtection.OpenCommand(packet.Span, otherVersion).Status);
        Assert.Equal(ResponseStatus.UnidentifiedSecurityError, PacketProtection.OpenCommand(packet.Span, keys: null).Status);
        Assert.Equal(ResponseStatus.UnidentifiedSecurityError, PacketProtection.OpenCommand(packet.Span, keys, ccLength: 4).Status);
        byte[] cut = packet.ToArray()[..^1];
        cut[1]--;
        Assert.Equal(ResponseStatus.CipheringError, PacketProtection.OpenCommand(cut, keys).Status);
    }

    [Theory]
    [InlineData("0300", "12", "12")]
    [InlineData("1609", "10", "12")]
    [InlineData("1609", "16", "12")]
    [InlineData("0209", "12", "10")]
    [InlineData("0209", "12", "1D")]
    [InlineData("0105", "12", "12")]
    [InlineData("0205", "12", "12")]
    [InlineData("1609", "22", "12")]
    [InlineData("1609", "15", "12")]
    [InlineData("1609", "12", "15")]
    public void Refuses_a_header_that_cannot_be_carried_out(string spi, string kic, string kid)
    {
        CommandHeader header = Known.Header(spi, kic, kid, "B00011", "0000000011");
        using KeySet keys = Aes(1, 1, 2);
        byte[] destination = new byte[100];

        Assert.Throws<ArgumentException>(() => PacketProtection.Protect(header, keys, [1, 2, 3], destination));
        Assert.All(destination, octet => Assert.Equal(0, octet));
    }

    [Fact]
    public void Refuses_what_CPL_cannot_count_and_a_destination_that_is_too_short()
    {
        CommandHeader plain = Known.Header("0000", "00", "00", "B00011", "0000000000");
        int most = PacketProtection.MaxDataLength(plain, int.MaxValue);

        Assert.Equal(PacketProtection.LongestPacket, PacketProtection.PacketLength(plain, most));
        Assert.Throws<ArgumentOutOfRangeException>(() => PacketProtection.PacketLength(plain, most + 1));
        Assert.Throws<ArgumentException>(() => PacketProtection.Protect(plain, keys: null, [1], new byte[16]));
    }

    [Theory]
    [InlineData("1619", 8, 137, 98)]
    [InlineData("1619", 4, 137, 102)]
    [InlineData("0209", 8, 137, 113)]
    [InlineData("0000", 8, 137, 121)]
    [InlineData("1619", 8, 41, 2)]
    [InlineData("1619", 8, 26, 2)]
    [InlineData("1619", 8, 25, -1)]
    [InlineData("0000", 8, 16, 0)]
    [InlineData("0000", 8, 15, -1)]
    public void Knows_what_fits(string spi, int ccLength, int capacity, int dataLength)
    {
        CommandHeader header = Known.Header(spi, "12", "12", "B00011", "0000000011", ccLength);

        Assert.Equal(dataLength, PacketProtection.MaxDataLength(header, capacity));
    }

    [Fact]
    public void Protecting_with_AES_allocates_nothing()
    {
        CommandHeader header = Known.Header("1619", "22", "22", "B00011", "0000000011");
        using KeySet keys = Aes(2, 1, 2);
        byte[] data = new byte[100];
        byte[] packet = new byte[200];
        Repeat(100);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Repeat(1000);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(0, allocated);

        void Repeat(int times)
        {
            for (int i = 0; i < times; i++)
            {
                PacketProtection.Protect(header, keys, data, packet);
            }
        }
    }

    [Fact]
    public void Threads_may_share_keys()
    {
        CommandHeader header = Known.Header("1619", "22", "22", "B00011", "0000000011");
        using KeySet keys = Aes(2, 1, 2);
        Octets[] expected = [.. Enumerable.Range(0, 64).Select(i => PacketProtection.Protect(header, keys, new byte[i * 5]))];

        Parallel.For(0, 4000, i =>
        {
            int length = i % expected.Length;
            Assert.Equal(expected[length], PacketProtection.Protect(header, keys, new byte[length * 5]));
            Assert.Equal(length * 5, PacketProtection.OpenCommand(expected[length].Span, keys).Data.Length);
        });
    }

    private static KeySet Aes(int version, byte kic, byte kid) => new(
        version,
        KeyMaterial.From([.. Enumerable.Repeat(kic, 16)], KeyAlgorithm.Aes),
        KeyMaterial.From([.. Enumerable.Repeat(kid, 16)], KeyAlgorithm.Aes),
        dek: null);
}
