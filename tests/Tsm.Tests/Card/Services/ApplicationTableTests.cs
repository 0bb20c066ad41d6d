using System.Globalization;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Card.Services;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Card.Services;

/// <summary>The private table, on cards and in the server alike.</summary>
public sealed class ApplicationTableTests
{
    private static readonly ApplicationTableEntry Canteen = new(0x01, Aid.Parse("F0546D53010101")), Gate = new(0xA0, Aid.Parse("F000000002"));

    public sealed record Case(string Name, string Wire, bool Canonical, string[] Entries)
    {
        public override string ToString() => Name;
    }

    [Theory, VectorData("services/application-table.json")]
    public void S1_03_A_table_is_read_and_written(Case vector)
    {
        Octets wire = Octets.Parse(vector.Wire);

        bool read = ApplicationTable.TryParse(wire.Span, out ApplicationTable table, out PacketError error);

        Assert.True(read, error.ToString());
        Assert.Equal(vector.Entries, table.Entries.Select(e => string.Create(CultureInfo.InvariantCulture, $"{e.Code:X2} {e.Aid}")));
        Assert.Equal(wire, table.ToOctets());
        Assert.Equal(vector.Canonical, ApplicationTable.Of(table.Entries) == table);
    }

    [Fact]
    public void Its_laws_hold() => PacketLaws.Hold<ApplicationTable>(
        maxLength: 64, "DF701AE00C8001014F07F0546D53010101E00A8001A04F05F000000002", "DF708114E00F8001014F07F0546D53010101810100C10100");

    [Theory]
    [InlineData("", PacketFault.Truncated, 0)]
    [InlineData("DF71 00", PacketFault.UnexpectedValue, 0)]
    [InlineData("DF70 00 00", PacketFault.TrailingOctets, 3)]
    [InlineData("DF70 05 E003 800101", PacketFault.Truncated, 8)]
    [InlineData("DF70 0B E009 800101 4F04F0000000", PacketFault.LengthMismatch, 10)]
    [InlineData("DF70 0D E00B 80020102 4F05F000000002", PacketFault.LengthMismatch, 7)]
    [InlineData("DF70 18 E00A 800101 4F05F000000002 E00A 800101 4F05F000000003", PacketFault.UnexpectedValue, 17)]
    public void What_is_no_table_is_refused_where_it_goes_wrong(string hex, PacketFault fault, int offset)
    {
        bool read = ApplicationTable.TryParse(Octets.Parse(hex).Span, out ApplicationTable table, out PacketError error);

        Assert.False(read);
        Assert.Equal((fault, offset), (error.Fault, error.Offset));
        Assert.Empty(table.Entries);
    }

    [Fact]
    public void A_code_cannot_be_written_twice() =>
        Assert.Throws<ArgumentException>(() => ApplicationTable.Of(Canteen, Canteen with { Aid = Gate.Aid }));

    [Fact]
    public void S1_03_Tables_that_agree_have_nothing_to_name() =>
        Assert.Empty(ApplicationTable.Compare(ApplicationTable.Of(Canteen, Gate), ApplicationTable.Of(Gate, Canteen)));

    [Fact]
    public void S1_03_Every_disagreement_of_card_and_server_is_named()
    {
        ApplicationTable card = ApplicationTable.Of(Canteen, Gate, new(0x07, Aid.Parse("F000000007")));
        ApplicationTable server = ApplicationTable.Of(Canteen, Gate with { Aid = Aid.Parse("F000000003") }, new(0x02, Aid.Parse("F000000004")));

        string[] named = [.. ApplicationTable.Compare(card, server).Select(d => d.ToString())];

        Assert.Equal(
            [
                "Code 02 stands for F000000004 in the server, the card does not know it.",
                "Code 07 stands for F000000007 on the card, the server does not know it.",
                "Code A0 stands for F000000002 on the card, but for F000000003 in the server.",
            ],
            named);
    }
}
