using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Card.GlobalPlatform;

/// <summary>Minimum security level and access domain. The domains are those of ETSI TS 102 268; 0112 is of a live INSTALL.</summary>
public sealed class AccessTests
{
    [Theory]
    [InlineData("", 0x00, true)]
    [InlineData("0112", 0x12, true)]
    [InlineData("0112", 0x16, true)]
    [InlineData("0112", 0x1A, true)]
    [InlineData("0112", 0x0A, false)]
    [InlineData("0112", 0x11, false)]
    [InlineData("0116", 0x12, false)]
    [InlineData("0106", 0x06, true)]
    [InlineData("0106", 0x16, true)]
    [InlineData("0106", 0x05, false)]
    [InlineData("0100", 0x00, true)]
    [InlineData("8012", 0x1F, null)]
    public void A_packet_reaches_a_level_in_every_property_or_not(string level, byte spi1, bool? reached)
    {
        Assert.True(MinimumSecurityLevel.TryParse(Octets.Parse(level).Span, out MinimumSecurityLevel msl, out PacketError error), $"{error}");

        Assert.Equal(reached, msl.IsReachedBy(spi1));
    }

    [Fact]
    public void A_level_is_two_octets()
    {
        Assert.Equal("0112", MinimumSecurityLevel.AtLeast(0x12).ToString());
        Assert.Equal(ToolkitParameters.AtLeast(0x12), MinimumSecurityLevel.AtLeast(0x12).Value);
        Assert.Equal((byte)0x12, MinimumSecurityLevel.AtLeast(0x12).LeastSpi1);
        Assert.Null(MinimumSecurityLevel.None.LeastSpi1);
        Assert.False(MinimumSecurityLevel.TryParse([0x01], out _, out PacketError error));
        Assert.Equal(new PacketError(PacketFault.Truncated, 1), error);
        PacketLaws.Hold<MinimumSecurityLevel>(maxLength: 5, "0112", "801234");
    }

    [Theory]
    [InlineData("00", AccessConditions.Adm1, true)]
    [InlineData("FF", AccessConditions.Always, false)]
    [InlineData("02FFFDFF", AccessConditions.Adm2, false)]
    [InlineData("02FFFDFF", AccessConditions.Adm1, true)]
    [InlineData("02010200", AccessConditions.Pin1, true)]
    [InlineData("02010200", AccessConditions.Adm2, true)]
    [InlineData("02010200", AccessConditions.Always, false)]
    [InlineData("02000004", AccessConditions.Always, true)]
    [InlineData("02000004", AccessConditions.LocalPin, false)]
    [InlineData("0112", AccessConditions.Pin1, null)]
    public void A_domain_grants_what_it_names(string wire, AccessConditions condition, bool? granted)
    {
        Assert.True(AccessDomain.TryParse(Octets.Parse(wire).Span, out AccessDomain domain, out PacketError error), $"{error}");

        Assert.Equal(granted, domain.Grants(condition));
        Assert.Equal(wire, domain.ToString());
    }

    [Fact]
    public void Domains_are_built_of_conditions()
    {
        Assert.Equal("02010200", AccessDomain.Of(AccessConditions.Pin1 | AccessConditions.Adm2).ToString());
        Assert.Equal("02FFFDFF", AccessDomain.Of((AccessConditions)0xFFFFFF & ~AccessConditions.Adm2).ToString());
        Assert.Equal("00", AccessDomain.Full.ToString());
        Assert.Equal("FF", AccessDomain.None.ToString());
        Assert.False(AccessDomain.TryParse([0x02, 0x01], out _, out PacketError error));
        Assert.Equal(new PacketError(PacketFault.Truncated, 2), error);
        PacketLaws.Hold<AccessDomain>(maxLength: 6, "00", "FF", "02010200", "0112");
    }
}
