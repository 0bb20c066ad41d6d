using FsCheck.Fluent;
using Tsm.Card.Encoding;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Card.Encoding;

public sealed class BerTlvTests
{
    /// <summary>A value is given whole, or as the one octet it consists of.</summary>
    public sealed record Case(string Name, string Tag, int Length, string Value, string Encoded)
    {
        public override string ToString() => Name;

        public byte[] Octets() => Value.Length == 2 * Length
            ? Convert.FromHexString(Value)
            : [.. Enumerable.Repeat(Convert.FromHexString(Value).Single(), Length)];
    }

    [Theory, VectorData("tlv/ber.json")]
    public void Writes_and_reads_objects(Case vector)
    {
        uint tag = Convert.ToUInt32(vector.Tag, 16);
        byte[] value = vector.Octets();

        Octets encoded = BerTlv.Encode(tag, value);

        Assert.Equal(BerTlv.Size(tag, value.Length), encoded.Length);
        Assert.StartsWith(vector.Encoded, encoded.ToString(), StringComparison.Ordinal);
        var reader = new BerTlvReader(encoded.Span);
        Assert.True(reader.TryRead(out uint foundTag, out ReadOnlySpan<byte> found));
        Assert.Equal(tag, foundTag);
        Assert.True(found.SequenceEqual(value));
        Assert.Equal(encoded.Length - value.Length, reader.ValueOffset);
        Assert.False(reader.TryRead(out _, out _));
        Assert.Equal(PacketFault.None, reader.Error.Fault);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(127, 1)]
    [InlineData(128, 2)]
    [InlineData(255, 2)]
    [InlineData(256, 3)]
    [InlineData(65_535, 3)]
    [InlineData(65_536, 4)]
    [InlineData(BerTlv.MaxLength, 4)]
    public void Knows_the_size_of_a_length(int length, int size) => Assert.Equal(size, BerTlv.LengthSize(length));

    [Fact]
    public void Accepts_lengths_that_are_longer_than_needed()
    {
        var reader = new BerTlvReader(Octets.Parse("4F 82 0002 AABB").Span);

        Assert.True(reader.TryRead(out uint tag, out ReadOnlySpan<byte> value));

        Assert.Equal(0x4Fu, tag);
        Assert.Equal("AABB", Convert.ToHexString(value));
    }

    [Theory]
    [InlineData("4F", PacketFault.Truncated, 1)]
    [InlineData("4F05AABB", PacketFault.Truncated, 4)]
    [InlineData("9F", PacketFault.Truncated, 1)]
    [InlineData("4F80", PacketFault.ReservedValue, 1)]
    [InlineData("4F8400000001AA", PacketFault.ReservedValue, 1)]
    [InlineData("4F00 1F818101 00", PacketFault.LimitExceeded, 2)]
    public void Says_where_it_stopped(string hex, PacketFault fault, int offset)
    {
        var reader = new BerTlvReader(Octets.Parse(hex).Span, origin: 10);

        while (reader.TryRead(out _, out _))
        {
        }

        Assert.Equal(new PacketError(fault, 10 + offset), reader.Error);
    }

    [Fact]
    public void Finds_an_object_behind_others()
    {
        byte[] source = Convert.FromHexString("4F01AA9F700107C50100");

        Assert.True(BerTlv.TryFind(source, 0x9F70, out ReadOnlySpan<byte> value));
        Assert.Equal("07", Convert.ToHexString(value));
        Assert.False(BerTlv.TryFind(source, 0xCC, out _));
    }

    [Fact]
    public void Refuses_tags_of_four_octets_and_lengths_beyond_three()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => BerTlv.TagSize(0x1000000));
        Assert.Throws<ArgumentOutOfRangeException>(() => BerTlv.LengthSize(BerTlv.MaxLength + 1));
    }

    [Fact]
    public void No_octets_make_the_reader_throw_or_leave_the_source() => FsCheck.Check.QuickThrowOnFailure(Prop.ForAll(
        ArbMap.Default.GeneratorFor<byte>().ArrayOf().Resize(64).ToArbitrary(),
        source =>
        {
            var reader = new BerTlvReader(source);
            int values = 0;
            while (reader.TryRead(out _, out ReadOnlySpan<byte> value))
            {
                values += value.Length;
            }

            return values <= source.Length && reader.Error.Offset >= 0 && reader.Error.Offset <= source.Length;
        }));
}
