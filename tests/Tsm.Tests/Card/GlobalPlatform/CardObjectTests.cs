using FsCheck.Fluent;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Card.GlobalPlatform;

/// <summary>GET DATA and the objects it asks for.</summary>
public sealed class CardObjectTests
{
    public sealed record Case(string Name, string Origin, string Wire, bool Canonical, string[] Shown)
    {
        public override string ToString() => Name;
    }

    [Theory, VectorData("gp/card-objects.json")]
    public void Reads_and_writes_objects(Case vector)
    {
        Octets wire = Octets.Parse(vector.Wire);

        (string[] shown, Octets written) = Show(wire.Span);

        Assert.Equal(vector.Shown, shown);
        if (vector.Canonical)
        {
            Assert.Equal(wire, written);
        }

        Assert.Equal(shown, written.IsEmpty ? shown : Show(written.Span).Shown);
    }

    [Fact]
    public void Card_capability_is_read_as_it_was_written()
    {
        CardCapability capability = Parse<CardCapability>(
            "673A A00A 800103 81027071 820107 A00D 800181 81010C 830200A8 840120 8103FFFE80 82031E0600 83020102 8401 08 85020201 860108 870202 00 880100",
            CardCapability.TryParse);

        Assert.Equal([(byte)3, 0x81], capability.Protocols.Select(p => p.Number));
        Assert.Equal((Octets.Parse("7071"), Octets.Parse("07")), (capability.Protocols[0].Parameters, capability.Protocols[0].KeySizes));
        Assert.Equal((Octets.Parse("00A8"), 32), (capability.Protocols[1].Suites, capability.Protocols[1].MaxPskLength));
        Assert.True(capability.DomainPrivileges!.Value.Has(Privileges.AuthorizedManagement));
        Assert.Equal(Octets.Parse("0102"), capability.Hashes);
        Assert.True(CardCapability.Offers(capability.Tokens, SignatureBits.RsaPssSha256));
        Assert.True(CardCapability.Offers(capability.Tokens, SignatureBits.Ecdsa512));
        Assert.False(CardCapability.Offers(capability.Daps, SignatureBits.RsaPkcs1Sha1));
    }

    [Theory]
    [InlineData(CardObject.KeyInformation, "80CA00E000")]
    [InlineData(CardObject.Applications, "80CA2F00025C0000")]
    [InlineData(CardObject.ExtendedResources, "80CAFF2100")]
    public void Asks_for_an_object(ushort tag, string apdu)
    {
        CommandApdu command = GetDataCommand.For(tag);

        Assert.Equal(apdu, command.ToString());
        Assert.True(GetDataCommand.TryParse(command, out ushort read, out _));
        Assert.Equal(tag, read);
        Assert.False(GetDataCommand.TryParse(command with { Ins = 0xCB }, out _, out PacketError error));
        Assert.Equal(PacketFault.UnexpectedValue, error.Fault);
    }

    [Theory]
    [InlineData("", PacketFault.Truncated)]
    [InlineData("E1", PacketFault.Truncated)]
    [InlineData("E103C00101", PacketFault.UnexpectedValue)]
    [InlineData("E003C00101", PacketFault.LengthMismatch)]
    [InlineData("E004C0020101", PacketFault.LengthMismatch)]
    [InlineData("E005C00301018 8", PacketFault.LengthMismatch)]
    [InlineData("E009C004013088", PacketFault.Truncated)]
    public void Says_what_is_wrong_with_a_template(string hex, PacketFault fault)
    {
        Assert.Equal(hex.Length == 0, KeyInformation.TryParseTemplate(Octets.Parse(hex).Span, out var keys, out PacketError error));

        Assert.Empty(keys);
        Assert.True(hex.Length == 0 || error.Fault == fault, error.ToString());
    }

    [Fact]
    public void No_octets_make_a_reader_throw()
    {
        string[] valid =
        [
            "E012C00401018210C00402018210C00403018210", "E00CC00A0130FF88001001180100", "FF210B81010D8202C5D683020962", "C103000005",
            "664C734A06072A864886FC6B01600C060A2A864886FC6B02020101630906072A864886FC6B03640B06092A864886FC6B040255650B06092B8510864864020103660C060A2B060104012A026E0102",
            "673AA00A8001038102707182 0107A00D80018181010C830200A88401208103FFFE8082031E060083020102840108850202018601088702020088 0100",
        ];
        var mutated =
            from hex in Gen.Elements(valid)
            from index in Gen.Choose(0, Octets.Parse(hex).Length - 1)
            from value in ArbMap.Default.GeneratorFor<byte>()
            from length in Gen.Choose(0, Octets.Parse(hex).Length)
            select Mutate(Octets.Parse(hex), index, value, length);

        FsCheck.Check.QuickThrowOnFailure(Prop.ForAll(mutated.ToArbitrary(), Holds));
        FsCheck.Check.QuickThrowOnFailure(Prop.ForAll(ArbMap.Default.GeneratorFor<byte>().ArrayOf().ToArbitrary(), Holds));
    }

    private static bool Holds(byte[] source)
    {
        bool Within(bool read, PacketError error) => read ? error.Fault == PacketFault.None : error.Fault != PacketFault.None && error.Offset >= 0 && error.Offset <= source.Length;
        return Within(KeyInformation.TryParseTemplate(source, out _, out PacketError keys), keys)
            && Within(CardData.TryParse(source, out _, out PacketError data), data)
            && Within(CardCapability.TryParse(source, out _, out PacketError capability), capability)
            && Within(CardResources.TryParse(source, out _, out PacketError resources), resources)
            && Within(CardObject.TryReadCounter(source, CardObject.SequenceCounter, out _, out PacketError counter), counter);
    }

    private static byte[] Mutate(Octets wire, int index, byte value, int length)
    {
        byte[] mutated = wire.ToArray();
        mutated[index] = value;
        return length % 3 == 0 ? mutated[..length] : mutated;
    }

    private delegate bool Reader<T>(ReadOnlySpan<byte> source, out T? value, out PacketError error);

    private static T Parse<T>(string hex, Reader<T> reader)
    {
        Assert.True(reader(Octets.Parse(hex).Span, out T? value, out PacketError error), error.ToString());
        return value!;
    }

    private static (string[] Shown, Octets Written) Show(ReadOnlySpan<byte> wire)
    {
        switch (wire[0])
        {
            case 0xE0:
                Assert.True(KeyInformation.TryParseTemplate(wire, out var keys, out PacketError error), error.ToString());
                return ([.. keys.Select(Show)], KeyInformation.ToTemplate(keys));
            case 0x66:
                Assert.True(CardData.TryParse(wire, out CardData? data, out error), error.ToString());
                List<string> shown = [.. data!.Protocols.Select(p => p.ToString())];
                shown.AddRange(data.Version.IsEmpty ? [] : [$"version {data.Version}", $"scheme {data.IdentificationScheme}"]);
                return ([.. shown], data.ToOctets());
            case 0x67:
                Assert.True(CardCapability.TryParse(wire, out CardCapability? capability, out error), error.ToString());
                return ([], capability!.ToOctets());
            case 0xFF:
                Assert.True(CardResources.TryParse(wire, out CardResources resources, out error), error.ToString());
                return (
                    [$"{resources.Applications} applications", $"{resources.FreeNonVolatile} non-volatile", $"{resources.FreeVolatile} volatile"],
                    resources.ToOctets());
            default:
                Assert.True(CardObject.TryReadCounter(wire, CardObject.SequenceCounter, out uint counter, out error), error.ToString());
                return ([$"{counter}"], default);
        }
    }

    private static string Show(KeyInformation key) => $"{key.KeyId}/{key.KeyVersion} "
        + string.Join(' ', key.Components.Select(c => $"{c.Type} {c.Length}"))
        + (key.Extended ? $" usage {key.Usage} access {key.Access}" : "");
}
