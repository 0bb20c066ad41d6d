using System.Collections.Immutable;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Card.GlobalPlatform;

public sealed class InstallParametersTests
{
    public sealed record ToolkitCase(byte Priority, byte MenuText, string? Menu, byte Channels, string? Security, string[]? Tars);

    public sealed record Case(string Name, string Wire, string? Application, int? Volatile, int? NonVolatile, ToolkitCase? Toolkit)
    {
        public override string ToString() => Name;
    }

    [Theory, VectorData("gp/install-parameters.json")]
    public void Writes_and_reads_parameters(Case vector)
    {
        var expected = new InstallParameters
        {
            Application = Octets.Parse(vector.Application ?? ""),
            VolatileQuota = vector.Volatile,
            NonVolatileQuota = vector.NonVolatile,
            Toolkit = vector.Toolkit is { } toolkit ? Toolkit(toolkit) : null,
        };
        Octets wire = Octets.Parse(vector.Wire);

        Assert.Equal(wire, expected.ToOctets());
        Assert.True(InstallParameters.TryParse(wire.Span, out InstallParameters read, out PacketError error), error.ToString());
        Assert.Equal(expected, read);
    }

    [Fact]
    public void Toolkit_parameters_obey_the_packet_laws() => PacketLaws.Hold<ToolkitParameters>(
        maxLength: 24, "00000F01000000000000", "01000A0000000000", "0100000100000002011203B2010000");

    [Fact]
    public void Menu_and_tars_come_back_as_they_went()
    {
        var toolkit = new ToolkitParameters
        {
            MenuEntries = [new(1, 2), new(0, 7)],
            Tars = [Tar.Parse("AF4D01"), Tar.Parse("B20100")],
            MinimumSecurity = ToolkitParameters.AtLeast(0x12),
        };

        Assert.Equal([new ToolkitMenuEntry(1, 2), new(0, 7)], toolkit.MenuEntries.AsEnumerable());
        Assert.Equal([Tar.Parse("AF4D01"), Tar.Parse("B20100")], toolkit.Tars.AsEnumerable());
        Assert.Equal(16 + 4, toolkit.Length);
    }

    [Theory]
    [InlineData("C900EF03C7017F", PacketFault.LengthMismatch, 6)]
    [InlineData("C900EF06C704800000 00", PacketFault.LengthMismatch, 6)]
    [InlineData("C900EA058003000000", PacketFault.Truncated, 9)]
    [InlineData("C900EA0B8009000000000000 0301 00", PacketFault.Truncated, 15)]
    [InlineData("C900EF", PacketFault.Truncated, 3)]
    public void Says_where_it_stopped(string hex, PacketFault fault, int offset)
    {
        Assert.False(InstallParameters.TryParse(Octets.Parse(hex).Span, out _, out PacketError error));

        Assert.Equal(new PacketError(fault, offset), error);
    }

    private static ToolkitParameters Toolkit(ToolkitCase toolkit) => new()
    {
        Priority = toolkit.Priority,
        MaxMenuText = toolkit.MenuText,
        MenuEntries = [.. Convert.FromHexString(toolkit.Menu ?? "").Chunk(2).Select(e => new ToolkitMenuEntry(e[0], e[1]))],
        MaxChannels = toolkit.Channels,
        MinimumSecurity = Octets.Parse(toolkit.Security ?? ""),
        Tars = (toolkit.Tars ?? []).Select(Tar.Parse).ToImmutableArray(),
    };
}
