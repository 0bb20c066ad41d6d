using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Card.Identifiers;

public sealed class MsisdnTests
{
    public sealed record Case(string Name, string Text, string Digits, string Ef)
    {
        public override string ToString() => Name;
    }

    [Theory, VectorData("identifiers/msisdn.json")]
    public void Normalises_and_goes_to_its_file_and_back(Case vector)
    {
        Assert.True(Msisdn.TryParse(vector.Text, out Msisdn msisdn, out string problem), problem);

        Assert.Equal(vector.Digits, msisdn.Digits);
        Assert.Equal(vector.Ef, msisdn.ToEf().ToString());
        Assert.True(Msisdn.TryFromEf(Octets.Parse("4D65FFFF" + vector.Ef).Span, out Msisdn read, out problem), problem);
        Assert.Equal(msisdn, read);
    }

    [Theory]
    [InlineData(null, "A telephone number is missing.")]
    [InlineData("0172 1234567", "Number 0172 1234567 begins with 0; give it in international form, with its country code.")]
    [InlineData("+0491721234567", "Number +0491721234567 begins with 0; give it in international form, with its country code.")]
    [InlineData("+1234", "An international number has 5 to 15 digits, +1234 has 4.")]
    [InlineData("1234567890123456", "An international number has 5 to 15 digits, 1234567890123456 has 16.")]
    [InlineData("+49 CALL ME", "A telephone number consists of digits; 'C' is none.")]
    public void Says_what_was_expected(string? text, string expected)
    {
        Assert.False(Msisdn.TryParse(text, out _, out string problem));

        Assert.Equal(expected, problem);
    }

    [Theory]
    [InlineData("FFFFFFFFFFFFFFFFFFFFFFFFFFFF", "empty")]
    [InlineData("0891", "at least 14 octets")]
    [InlineData("0781947112325476FFFFFFFFFFFF", "not international (TON and NPI 81, expected 91)")]
    [InlineData("0F91947112325476FFFFFFFFFFFF", "holds no number")]
    public void Refuses_records_that_hold_none(string hex, string expected)
    {
        Assert.False(Msisdn.TryFromEf(Convert.FromHexString(hex), out _, out string problem));

        Assert.Contains(expected, problem, StringComparison.Ordinal);
    }
}
