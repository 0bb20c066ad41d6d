using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Card.Identifiers;

public sealed class AidTests
{
    [Fact]
    public void Splits_into_provider_and_extension()
    {
        Aid aid = Aid.Parse("a0 00 00 00 09 0003FFFFFFFF8910710002");

        Assert.Equal("A000000009", aid.Rid.ToString());
        Assert.Equal("0003FFFFFFFF8910710002", aid.Pix.ToString());
        Assert.Equal(16, aid.Length);
        Assert.Equal("A0000000090003FFFFFFFF8910710002", aid.ToString());
        Assert.Equal(aid, Aid.From(aid.Octets));
        Assert.True(aid.StartsWith([0xA0, 0x00]));
    }

    [Theory]
    [InlineData(null, "An AID is missing.")]
    [InlineData("A0000000", "An AID has 5 to 16 octets, A0000000 has 4.")]
    [InlineData("A0000000090003FFFFFFFF891071000201", "An AID has 5 to 16 octets, A0000000090003FFFFFFFF891071000201 has 17.")]
    [InlineData("A00000000", "AID A00000000 is not hexadecimal, two digits for each octet.")]
    [InlineData("javacard", "AID javacard is not hexadecimal, two digits for each octet.")]
    public void Says_what_was_expected(string? text, string expected)
    {
        Assert.False(Aid.TryParse(text, out Aid aid, out string problem));

        Assert.Equal(expected, problem);
        Assert.Equal(0, aid.Length);
        Assert.Equal("", aid.ToString());
    }

    [Fact]
    public void Takes_five_to_sixteen_octets_and_no_others()
    {
        Assert.Throws<ArgumentException>(() => Aid.From(Octets.Parse("A0000000")));
        Assert.False(Aid.TryFrom(new byte[17], out _));
        Assert.True(Aid.TryFrom(new byte[5], out _));
    }

    [Fact]
    public void A_tar_stands_in_octets_13_to_15_of_a_long_aid()
    {
        Assert.True(Tar.TryFromAid(Aid.Parse("A0000000090003FFFFFFFF89B0001002"), out Tar tar));
        Assert.Equal(new Tar(0xB00010), tar);
        Assert.False(Tar.TryFromAid(Aid.IssuerSecurityDomain, out _));
    }

    [Fact]
    public void A_tar_obeys_the_packet_laws() => PacketLaws.Hold<Tar>(maxLength: 5, "B00010", "000000");

    [Fact]
    public void A_tar_is_read_from_six_digits()
    {
        Assert.Equal(Tar.IssuerSecurityDomain, Tar.Parse("00 00 00"));
        Assert.Equal("B00010", Tar.SimFileSystem.ToString());
        Assert.False(Tar.TryParse("B000", out _, out string problem));
        Assert.Equal("A TAR has three octets, six hexadecimal digits; 'B000' has not.", problem);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Tar(0x1000000));
    }
}
