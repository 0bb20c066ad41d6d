using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.Scripts;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Card.Scripts;

public sealed class ExpandedScriptTests
{
    public sealed record Case(string Name, bool Indefinite, string[] Elements, string Wire, ScriptLink? Link)
    {
        public override string ToString() => Name;
    }

    [Theory, VectorData("scripts/expanded-script.json")]
    public void Writes_and_reads_scripts(Case vector)
    {
        ScriptElement[] elements = [.. vector.Elements.Select(Element)];
        Octets wire = Octets.Parse(vector.Wire);

        ExpandedScript written = ExpandedScript.Of(elements, vector.Indefinite);
        Assert.Equal(wire, written.ToOctets());
        Assert.Equal(wire.Length, ExpandedScript.SizeOf(elements, vector.Indefinite));

        Assert.True(ExpandedScript.TryParse(wire.Span, out ExpandedScript read, out PacketError error), $"{error}");
        Assert.Equal(written, read);
        Assert.Equal(elements, read.Elements);
        Assert.Equal(vector.Link, read.Link);
        Assert.Equal(vector.Indefinite, read.IsIndefinite);
        Assert.Equal(
            vector.Elements.Where(e => e.StartsWith("22:", StringComparison.Ordinal)).Select(e => e[3..]),
            read.Commands.Select(c => c.ToString()));
    }

    [Fact]
    public void Obeys_the_packet_laws() => PacketLaws.Hold<ExpandedScript>(
        maxLength: 30, "AA0F83011181018122 0700A4000C023F00", "AE80220580E29000000000", "AA810722 0580E2900000", "AA00");

    [Theory]
    [InlineData("", PacketFault.Truncated, 0)]
    [InlineData("AB00", PacketFault.UnexpectedValue, 0)]
    [InlineData("AA0322018000", PacketFault.LengthMismatch, 3)]
    [InlineData("AA07220580E29000", PacketFault.LengthMismatch, 1)]
    [InlineData("AA0122", PacketFault.Truncated, 3)]
    [InlineData("AA02A200", PacketFault.UnexpectedValue, 2)]
    [InlineData("AA0922 0400440000 830111", PacketFault.UnexpectedValue, 8)]
    [InlineData("AA028100", PacketFault.LengthMismatch, 3)]
    [InlineData("AA00FF", PacketFault.TrailingOctets, 2)]
    [InlineData("AE8022 0400440000", PacketFault.Truncated, 8)]
    [InlineData("AE80000000", PacketFault.TrailingOctets, 4)]
    [InlineData("AE0422 0400440000", PacketFault.UnexpectedValue, 1)]
    public void Says_where_it_stopped(string hex, PacketFault fault, int offset)
    {
        Assert.False(ExpandedScript.TryParse(Octets.Parse(hex).Span, out _, out PacketError error));

        Assert.Equal(new PacketError(fault, offset), error);
    }

    [Theory]
    [InlineData("AA02A200", "9001")]
    [InlineData("AA0322018000", "9002")]
    [InlineData("AA0122", "9003")]
    public void A_card_answers_malformed_scripts_by_what_is_wrong(string script, string expected)
    {
        Assert.False(ExpandedScript.TryParse(Octets.Parse(script).Span, out _, out PacketError error));

        ScriptFault fault = ExpandedScript.BadFormat(error);

        Assert.Equal(expected, $"{fault.Tag:X2}{fault.Code}");
    }

    [Fact]
    public void Actions_are_records_or_proactive_commands()
    {
        Assert.Equal(new ScriptElement(0x81, Octets.Parse("7F")), ScriptElement.ImmediateAction(127));
        Assert.Equal(new ScriptElement(0x82, Octets.Parse("810301010082028181")), ScriptElement.ErrorAction(Octets.Parse("810301010082028181")));
        Assert.Throws<ArgumentOutOfRangeException>(() => ScriptElement.ErrorAction(128));
        Assert.Throws<ArgumentException>(() => ScriptElement.ImmediateAction(Octets.Parse("81")));
        Assert.Throws<ArgumentException>(() => ExpandedScript.Of([ScriptElement.EarlyResponse, ScriptElement.Chaining(ScriptLink.First)]));
    }

    [Fact]
    public void The_first_octet_tells_the_formats_apart()
    {
        Assert.Equal(ScriptFormat.Expanded, ScriptFormatDetection.OfCommand([0xAA, 0x00]));
        Assert.Equal(ScriptFormat.Expanded, ScriptFormatDetection.OfCommand([0xAE, 0x80, 0x00, 0x00]));
        Assert.Equal(ScriptFormat.Compact, ScriptFormatDetection.OfCommand([0xA0, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00]));
        Assert.Equal(ScriptFormat.Compact, ScriptFormatDetection.OfCommand([]));
        Assert.Equal(ScriptFormat.Expanded, ScriptFormatDetection.OfResponse([0xAB, 0x03, 0x80, 0x01, 0x00]));
        Assert.Equal(ScriptFormat.Expanded, ScriptFormatDetection.OfResponse([0xAF, 0x80]));
        Assert.Equal(ScriptFormat.Compact, ScriptFormatDetection.OfResponse([0x01, 0x90, 0x00]));
    }

    internal static CommandApdu Command(string hex) =>
        CommandApdu.TryParse(Octets.Parse(hex).Span, out CommandApdu command, out PacketError error)
            ? command
            : throw new FormatException($"{hex}: {error}");

    // Two digits of tag, a colon, the value.
    private static ScriptElement Element(string text) => text[..2] switch
    {
        "22" => ScriptElement.Command(Command(text[3..])),
        string tag => new(Convert.ToByte(tag, 16), Octets.Parse(text[3..])),
    };
}
