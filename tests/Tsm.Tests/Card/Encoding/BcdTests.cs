using Tsm.Card.Encoding;

namespace Tsm.Tests.Card.Encoding;

public sealed class BcdTests
{
    [Theory]
    [InlineData("8949000000000000015", "989400000000000010F5")]
    [InlineData("12", "21")]
    [InlineData("123", "21F3")]
    [InlineData("", "")]
    public void Swaps_nibbles_both_ways(string digits, string hex)
    {
        Assert.Equal(hex, Bcd.Encode(digits).ToString());

        Assert.True(Bcd.TryDecode(Convert.FromHexString(hex), out string? decoded));
        Assert.Equal(digits, decoded);
    }

    [Fact]
    public void Fills_up_to_a_length()
    {
        Octets encoded = Bcd.Encode("123", 4);

        Assert.Equal("21F3FFFF", encoded.ToString());
        Assert.True(Bcd.TryDecode(encoded.Span, out string? digits));
        Assert.Equal("123", digits);
    }

    [Theory]
    [InlineData("2A")]
    [InlineData("F321")]
    [InlineData("1F21")]
    public void Refuses_other_nibbles_and_digits_behind_filler(string hex) =>
        Assert.False(Bcd.TryDecode(Convert.FromHexString(hex), out _));

    [Fact]
    public void Refuses_what_is_no_digit_or_does_not_fit()
    {
        Assert.Throws<ArgumentException>(() => Bcd.Encode("12a"));
        Assert.Throws<ArgumentException>(() => Bcd.Encode("12345", 2));
    }
}
