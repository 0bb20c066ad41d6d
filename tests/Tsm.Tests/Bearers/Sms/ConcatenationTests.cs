using System.Collections.Immutable;
using Tsm.Bearers.Sms;
using Tsm.Card.Encoding;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Bearers.Sms;

public sealed class ConcatenationTests
{
    public sealed record Case(string Name, string Packet, int Reference, string[] Segments)
    {
        public override string ToString() => Name;
    }

    [Theory, VectorData("sms/concatenation.json")]
    public void Cuts_and_joins_what_others_computed(Case vector)
    {
        Octets packet = Octets.Parse(vector.Packet);

        ImmutableArray<Octets> segments = Concatenation.Split(packet, ConcatenationOptions.Default, vector.Reference);

        Assert.Equal(vector.Segments.Select(Octets.Parse), segments);
        Octets? joined = null;
        Reassembly held = Reassembly.Empty;
        foreach (string segment in vector.Segments)
        {
            Assert.Null(joined);
            Assert.True(UserData.TryParse(Octets.Parse(segment).Span, out UserData userData, out _));
            (held, joined) = held.Add(userData, DateTimeOffset.UnixEpoch);
        }

        Assert.Equal(packet, joined);
    }

    [Theory]
    [InlineData(1, false, false, 137)]
    [InlineData(2, false, false, 132 + 134)]
    [InlineData(5, false, false, 132 + 4 * 134)]
    [InlineData(2, true, false, 131 + 133)]
    [InlineData(3, true, false, 131 + 2 * 133)]
    [InlineData(3, false, true, 3 * 132)]
    [InlineData(255, false, false, 132 + 254 * 134)]
    public void Knows_what_fits(int segments, bool wide, bool everywhere, int octets)
    {
        ConcatenationOptions options = new() { WideReference = wide, IdentifierInEverySegment = everywhere };

        Assert.Equal(octets, Concatenation.Capacity(segments, options));
        Assert.Equal(segments, Concatenation.Segments(octets, options));
        Assert.Equal(segments + 1, Concatenation.Segments(octets + 1, options));
    }

    [Theory]
    [InlineData(false, false, false, "0700035A02017000", "0500035A0202")]
    [InlineData(true, false, false, "07700000035A0201", "0500035A0202")]
    [InlineData(false, true, false, "080804005A02017000", "060804005A0202")]
    [InlineData(false, false, true, "0700035A02017000", "0700035A02027000")]
    [InlineData(true, true, true, "0870000804005A0201", "0870000804005A0202")]
    public void Lays_out_headers_as_the_card_model_wants_them(bool identifierFirst, bool wide, bool everywhere, string first, string second)
    {
        ConcatenationOptions options = new()
        {
            IdentifierFirst = identifierFirst,
            WideReference = wide,
            IdentifierInEverySegment = everywhere,
        };

        ImmutableArray<Octets> segments = Concatenation.Split(Octets.Own(new byte[138]), options, 0x5A);

        Assert.Equal(2, segments.Length);
        Assert.StartsWith(first, segments[0].ToString(), StringComparison.Ordinal);
        Assert.StartsWith(second, segments[1].ToString(), StringComparison.Ordinal);
        Assert.Equal(UserData.MaxLength, segments[0].Length);
    }

    [Fact]
    public void One_message_carries_137_octets_without_a_series()
    {
        Octets packet = Octets.Own(new byte[137]);

        Octets command = Assert.Single(Concatenation.Split(packet, ConcatenationOptions.Default, 1));
        Octets response = Assert.Single(Concatenation.SplitResponse(packet, ConcatenationOptions.Default, 1));

        Assert.Equal(Octets.Concat(Octets.Parse("027000"), packet), command);
        Assert.Equal(Octets.Concat(Octets.Parse("027100"), packet), response);
    }

    [Fact]
    public void Refuses_more_segments_than_the_card_takes_and_references_that_do_not_fit()
    {
        ConcatenationOptions five = new() { MaxSegments = 5 };

        Assert.Equal(5, Concatenation.Split(Octets.Own(new byte[668]), five, 0).Length);
        Assert.Throws<ArgumentException>(() => Concatenation.Split(Octets.Own(new byte[669]), five, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Concatenation.Split(Octets.Empty, five, 256));
        Assert.Throws<ArgumentOutOfRangeException>(() => Concatenation.Capacity(256, five));
    }
}
