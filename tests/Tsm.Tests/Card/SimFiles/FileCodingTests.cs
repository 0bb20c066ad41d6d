using System.Globalization;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Card.SimFiles;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Card.SimFiles;

/// <summary>What files hold, against answers of others.</summary>
public sealed class FileCodingTests
{
    public sealed record ImsiCase(string Name, string Digits, string File)
    {
        public override string ToString() => Name;
    }

    public sealed record PlmnCase(string Name, string Mcc, string Mnc, AccessTechnologies? Technologies, int Unnamed, string Wire)
    {
        public override string ToString() => Name;
    }

    public sealed record FixedCase(string Name, string File, string Wire, string Text)
    {
        public override string ToString() => Name;
    }

    public sealed record AlphaCase(string Name, string Text, string Wire)
    {
        public override string ToString() => Name;
    }

    [Theory, VectorData("files/imsi.json")]
    public void Imsi_goes_to_its_file_and_back(ImsiCase vector)
    {
        Octets file = Octets.Parse(vector.File);

        Assert.Equal(file, Imsi.Parse(vector.Digits).ToEf());
        Assert.True(Imsi.TryFromEf(file.Span, out Imsi imsi, out string problem), problem);
        Assert.Equal(vector.Digits, imsi.Digits);
        Assert.Equal(vector.Digits[..3], imsi.Mcc);
        Assert.Equal(vector.Digits[3..5], imsi.Mnc(2));
    }

    [Theory]
    [InlineData("FFFFFFFFFFFFFFFFFF", "EF_IMSI is empty.")]
    [InlineData("0899100700001032", "EF_IMSI has 9 octets, this has 8.")]
    [InlineData("089110070000103254", "EF_IMSI 089110070000103254 holds no IMSI.")]
    [InlineData("08991007000010325A", "EF_IMSI 08991007000010325A holds no IMSI.")]
    public void Says_why_a_file_holds_no_imsi(string file, string expected)
    {
        Assert.False(Imsi.TryFromEf(Octets.Parse(file).Span, out _, out string problem));

        Assert.Equal(expected, problem);
    }

    [Theory]
    [InlineData("12345", "An IMSI has 6 to 15 digits, usually 15; this one has 5.")]
    [InlineData("26201x", "An IMSI consists of digits; 'x' is none.")]
    public void Says_why_text_is_no_imsi(string text, string expected)
    {
        Assert.False(Imsi.TryParse(text, out _, out string problem));

        Assert.Equal(expected, problem);
    }

    [Theory, VectorData("files/plmn.json")]
    public void Networks_are_written_and_read(PlmnCase vector)
    {
        Octets wire = Octets.Parse(vector.Wire);
        Plmn plmn = Plmn.Of(vector.Mcc, vector.Mnc);

        Assert.Equal((vector.Mcc, vector.Mnc), (plmn.Mcc, plmn.Mnc));
        if (vector.Technologies is { } technologies)
        {
            PlmnEntry entry = new(plmn, technologies | (AccessTechnologies)vector.Unnamed);
            Assert.Equal(wire, PlmnLists.Encode([entry], PlmnEntry.Size));
            Assert.Equal(entry, Assert.Single(PlmnLists.DecodeEntries(wire.Span)));
        }
        else
        {
            Assert.Equal(wire, PlmnLists.Encode([plmn], Plmn.Size));
            Assert.Equal(plmn, Assert.Single(PlmnLists.Decode(wire.Span)));
        }
    }

    [Fact]
    public void Lists_of_networks_are_filled_up_and_leave_out_what_is_unused()
    {
        Plmn plmn = Plmn.Of("262", "01");

        Assert.Equal("62F210FFFFFFFFFF", PlmnLists.Encode([plmn], 8).ToString());
        Assert.Equal("62F2108000FFFFFF0000", PlmnLists.Encode([new PlmnEntry(plmn, AccessTechnologies.Utran)], 10).ToString());
        Assert.Equal(plmn, Assert.Single(PlmnLists.Decode(Octets.Parse("FFFFFF62F210FFFF").Span)));
        Assert.Throws<ArgumentException>(() => PlmnLists.Encode([plmn, plmn], 5));
        Assert.False(Plmn.TryParse("2620", out _));
        Assert.Throws<ArgumentException>(() => Plmn.Of("26", "201"));
    }

    [Theory, VectorData("files/fixed.json")]
    public void Files_of_one_layout_are_read_and_written_back(FixedCase vector)
    {
        Octets wire = Octets.Parse(vector.Wire);

        (string text, Octets written) = vector.File switch
        {
            "EF.SPN" => Read<ServiceProviderName>(wire, spn => spn.Text),
            "EF.ACC" => Read<AccessControlClasses>(wire, acc => acc.ToString()),
            "EF.LOCI" => Read<LocationInformation>(wire, l => $"{l.Tmsi:X8} {l.Network} {l.LocationAreaCode:X4} {l.Status}"),
            "EF.AD" => Read<AdministrativeData>(
                wire, ad => $"{ad.OperationMode:X2} {ad.AdditionalInformation:X4} {ad.MncLength?.ToString(CultureInfo.InvariantCulture) ?? "none"}"),
            _ => throw new InvalidOperationException(vector.File),
        };

        Assert.Equal(vector.Text, text);
        Assert.Equal(wire, written);
    }

    [Fact]
    public void Files_of_one_layout_obey_the_packet_laws()
    {
        PacketLaws.Hold<Plmn>(maxLength: 4, "62F210");
        PacketLaws.Hold<PlmnEntry>(maxLength: 6, "62F2104000");
        PacketLaws.Hold<AccessControlClasses>(maxLength: 3, "0001");
        PacketLaws.Hold<AdministrativeData>(maxLength: 6, "00000002", "000000");
        PacketLaws.Hold<LocationInformation>(maxLength: 12, "47D1264A62F21037211E00");
        PacketLaws.Hold<ServiceProviderName>(maxLength: 18, "0147534D2D52204348FFFFFFFFFFFFFFFF");
        PacketLaws.Hold<ServiceTable>(maxLength: 20, "9EFFBF1D");
    }

    [Theory]
    [InlineData("901700000012340", "0001")]
    [InlineData("901700000012349", "0200")]
    public void The_access_class_is_the_last_digit_of_the_imsi(string imsi, string expected)
    {
        AccessControlClasses classes = AccessControlClasses.For(Imsi.Parse(imsi));

        Assert.Equal(expected, $"{classes.Value:X4}");
        Assert.True(classes.IsUsual);
        Assert.False(new AccessControlClasses(0x0400).IsUsual);
    }

    [Fact]
    public void Blank_location_and_usual_administrative_data_are_as_on_new_cards()
    {
        Assert.Equal("FFFFFFFFFFFFFF0000FF01", Wire(LocationInformation.Blank).ToString());
        Assert.Equal("00000002", Wire(AdministrativeData.Normal(2)).ToString());
        Assert.Equal(
            "0147534D2D52204348FFFFFFFFFFFFFFFF",
            Wire(ServiceProviderName.Of("GSM-R CH", DisplayConditions.ShowNetworkAtHome)).ToString());
        Assert.Throws<ArgumentException>(() => ServiceProviderName.Of("seventeen letters", DisplayConditions.None));
    }

    [Fact]
    public void A_service_is_a_bit()
    {
        ServiceTable table = default;

        table = table.With(ServiceTable.DataDownloadSmsPp).With(1).With(ServiceTable.EpsMobility);

        Assert.Equal("0100000800000000000010", table.Value.ToString());
        Assert.Equal([1, 28, 85], table.Available.AsEnumerable());
        Assert.False(table.With(1, available: false).Has(1));
        Assert.False(table.Has(0));
        Assert.False(table.Has(89));
    }

    [Theory, VectorData("files/alpha.json")]
    public void Text_is_coded_as_short_as_it_can_be(AlphaCase vector)
    {
        Octets wire = Octets.Parse(vector.Wire);

        Assert.Equal(wire, AlphaText.Encode(vector.Text, wire.Length));
        Assert.Equal(vector.Text, AlphaText.Decode(wire.Span));
        Assert.Equal(vector.Text, AlphaText.Decode(FileContent.Fill(wire, wire.Length + 5).Span));
        Assert.Throws<ArgumentException>(() => AlphaText.Encode(vector.Text, wire.Length - 1));
    }

    [Theory]
    [InlineData("820205302D82", "-\u0532")]
    [InlineData("8203FFFF 8281", "\uFFFD\uFFFD")]
    [InlineData("80", "")]
    [InlineData("80FFFF", "")]
    [InlineData("81", "\uFFFD")]
    [InlineData("41FF42", "A")]
    [InlineData("FFFF", "")]
    [InlineData("1B", "\uFFFD")]
    public void Reads_text_with_a_named_base_and_survives_what_is_none(string hex, string expected) =>
        Assert.Equal(expected, AlphaText.Decode(Octets.Parse(hex).Span));

    [Fact]
    public void Display_networks_are_a_list_in_a_template()
    {
        Plmn[] networks = [Plmn.Of("262", "01"), Plmn.Of("310", "410")];

        Octets file = Spdi.Encode(networks, 12);

        Assert.Equal("A308800662F210130014FFFF", file.ToString());
        Assert.True(Spdi.TryDecode(file.Span, out var read, out PacketError error), $"{error}");
        Assert.Equal(networks, read);
        Assert.True(Spdi.TryDecode(FileContent.Blank(5).Span, out read, out _));
        Assert.Empty(read);
        Assert.False(Spdi.TryDecode([0xA3, 0x05], out _, out error));
        Assert.False(Spdi.TryDecode([0xA4, 0x00], out _, out error));
        Assert.Equal(new PacketError(PacketFault.UnexpectedValue, 0), error);
    }

    internal static Octets Wire<TPacket>(TPacket packet) where TPacket : struct, IPacket<TPacket>
    {
        byte[] wire = new byte[packet.Length];
        packet.Write(wire);
        return Octets.Own(wire);
    }

    private static (string Text, Octets Written) Read<TPacket>(Octets wire, Func<TPacket, string> print)
        where TPacket : struct, IPacket<TPacket>
    {
        Assert.True(TPacket.TryParse(wire.Span, out TPacket packet, out PacketError error), $"{error}");
        return (print(packet), Wire(packet));
    }
}
