using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Card.Identifiers;

public sealed class IccidTests
{
    public sealed record Case(string Name, string Digits, string Ef)
    {
        public override string ToString() => Name;
    }

    [Theory, VectorData("identifiers/iccid.json")]
    public void Goes_to_its_file_and_back(Case vector)
    {
        Iccid iccid = Iccid.Parse(vector.Digits);

        Assert.Equal(vector.Ef, iccid.ToEf().ToString());
        Assert.True(Iccid.TryFromEf(Octets.Parse(vector.Ef).Span, out Iccid read, out string problem), problem);
        Assert.Equal(iccid, read);
        Assert.Equal(vector.Digits, read.ToString());
    }

    [Fact]
    public void Drops_spaces_and_hyphens() =>
        Assert.Equal(Iccid.Parse("8988211000000417835"), Iccid.Parse(" 8988 2110-0000 0417 835 "));

    [Fact]
    public void Names_the_expected_check_digit()
    {
        Assert.False(Iccid.TryParse("8988211000000417836", out Iccid iccid, out string problem));

        Assert.Equal("The check digit of ICCID 8988211000000417836 should be 5, but is 6.", problem);
        Assert.Equal(default, iccid);
        Assert.Equal("", iccid.ToString());
    }

    [Theory]
    [InlineData(null, "An ICCID is missing.")]
    [InlineData(" ", "An ICCID is missing.")]
    [InlineData("89882110000004178", "An ICCID has 18 to 20 digits, this one has 17.")]
    [InlineData("898821100000041783500", "An ICCID has 18 to 20 digits, this one has 21.")]
    [InlineData("89882110000004x7835", "An ICCID consists of digits; 'x' is none.")]
    public void Says_what_was_expected(string? text, string expected)
    {
        Assert.False(Iccid.TryParse(text, out _, out string problem));

        Assert.Equal(expected, problem);
    }

    [Fact]
    public void Throws_the_problem_when_asked_to_parse() =>
        Assert.Contains("18 to 20", Assert.Throws<FormatException>(() => Iccid.Parse("1")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("989400", "EF_ICCID has 10 octets, this has 3.")]
    [InlineData("FFFFFFFFFFFFFFFFFFFF", "An ICCID is missing.")]
    [InlineData("A89400000000000010F8", "EF_ICCID A89400000000000010F8 holds other nibbles than digits and a filler at the end.")]
    public void Refuses_files_that_hold_none(string hex, string expected)
    {
        Assert.False(Iccid.TryFromEf(Convert.FromHexString(hex), out _, out string problem));

        Assert.Equal(expected, problem);
    }
}
