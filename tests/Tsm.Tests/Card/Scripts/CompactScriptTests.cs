using System.Collections.Immutable;
using FsCheck.Fluent;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.Scripts;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Card.Scripts;

public sealed class CompactScriptTests
{
    public sealed record Case(string Name, string[] Commands, string Script)
    {
        public override string ToString() => Name;
    }

    public sealed record ResponseCase(string Name, byte Executed, string Status, string Data, string Wire)
    {
        public override string ToString() => Name;
    }

    [Theory, VectorData("gp/compact-script.json")]
    public void Writes_commands_and_reads_them_as_a_card_does(Case vector)
    {
        CommandApdu[] commands = [.. vector.Commands.Select(Parse)];
        Octets script = Octets.Parse(vector.Script);

        Assert.Equal(script, CompactScript.Write(commands));
        Assert.Equal(script.Length, commands.Sum(CompactScript.Length));
        Assert.True(CompactScript.TryParse(script.Span, out ImmutableArray<CommandApdu> read, out PacketError error), error.ToString());

        // Le of a command with data does not travel in this format.
        Assert.Equal(commands.Select(c => c.Data.IsEmpty ? c : c with { Le = null }), read);
    }

    [Theory, VectorData("gp/compact-response.json")]
    public void Reads_and_writes_responses(ResponseCase vector)
    {
        Octets wire = Octets.Parse(vector.Wire);
        var expected = new CompactResponse(vector.Executed, new(Convert.ToUInt16(vector.Status, 16)), Octets.Parse(vector.Data));

        Assert.True(CompactResponse.TryParse(wire.Span, out CompactResponse response, out PacketError error), error.ToString());
        Assert.Equal(expected, response);
        Assert.Equal(wire, response.ToOctets());
    }

    [Fact]
    public void Responses_obey_the_packet_laws() => PacketLaws.Hold<CompactResponse>(maxLength: 16, "019000", "03900098884010");

    [Fact]
    public void Get_response_is_the_octets_that_cards_take() => Assert.Equal("00C0000000", CompactScript.GetResponse.ToString());

    [Fact]
    public void A_reading_command_may_only_come_last()
    {
        CommandApdu[] commands = [Parse("00B000000A"), Parse("00A4000C023F00")];

        ArgumentException refused = Assert.Throws<ArgumentException>(() => CompactScript.Write(commands));

        Assert.Contains("READ BINARY", refused.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => CompactScript.Write([]));
        Assert.Throws<ArgumentException>(() => CompactScript.Write([.. Enumerable.Repeat(Parse("00440000"), 256)]));
    }

    [Theory]
    [InlineData("", PacketFault.Truncated, 0)]
    [InlineData("00A4000C", PacketFault.Truncated, 4)]
    [InlineData("00A4000C023F", PacketFault.Truncated, 6)]
    [InlineData("80E400000A4F08AA1902BC2258010100", PacketFault.Truncated, 16)]
    public void Says_where_it_stopped(string hex, PacketFault fault, int offset)
    {
        Assert.False(CompactScript.TryParse(Convert.FromHexString(hex), out ImmutableArray<CommandApdu> commands, out PacketError error));

        Assert.Equal(new PacketError(fault, offset), error);
        Assert.Empty(commands);
    }

    [Fact]
    public void A_script_has_at_most_255_commands()
    {
        byte[] many = [.. Enumerable.Repeat(Convert.FromHexString("0044000000"), 256).SelectMany(c => c)];

        Assert.True(CompactScript.TryParse(many.AsSpan(5), out ImmutableArray<CommandApdu> commands, out _));
        Assert.Equal(255, commands.Length);
        Assert.False(CompactScript.TryParse(many, out _, out PacketError error));
        Assert.Equal(new PacketError(PacketFault.LimitExceeded, 255 * 5), error);
    }

    [Fact]
    public void What_parses_is_written_back_the_same()
    {
        var scripts =
            from head in Gen.Elements("00A4000C023F00", "0044000000", "80E400000A4F08AA1902BC22580101", "80F040800411223344")
            from tail in Gen.Elements("", "00B000000A", "00C0000000", "80CAFF2100", "80CA2F00025C00")
            from noise in ArbMap.Default.GeneratorFor<byte>().ArrayOf().Resize(3)
            select (byte[])[.. Convert.FromHexString(head + tail), .. noise];

        FsCheck.Check.QuickThrowOnFailure(Prop.ForAll(scripts.ToArbitrary(), source =>
        {
            if (CompactScript.TryParse(source, out ImmutableArray<CommandApdu> commands, out PacketError error))
            {
                Assert.Equal(Octets.Copy(source), CompactScript.Write(commands));
            }
            else
            {
                Assert.InRange(error.Offset, 0, source.Length);
            }
        }));
    }

    private static CommandApdu Parse(string hex) =>
        CommandApdu.TryParse(Convert.FromHexString(hex), out CommandApdu command, out PacketError error)
            ? command
            : throw new FormatException($"{hex}: {error}");
}
