using Tsm.Bearers.Sms;
using Tsm.Card.Encoding;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Bearers.Sms;

public sealed class SendShortMessageTests
{
    private const string Plain = "D02E81030113008202818386099111223344556677F88B180100099110325476F840F40C54657374204D657373616765";

    public sealed record Case(
        string Name, byte Number, byte Qualifier, string? Alpha, string? ServiceCentre, string Tpdu, bool Rebuilt, string Wire)
    {
        public override string ToString() => Name;
    }

    [Theory, VectorData("sms/send-short-message.json")]
    public void Reads_and_writes_what_cards_send(Case vector)
    {
        Octets wire = Octets.Parse(vector.Wire);
        Octets? alpha = vector.Alpha is { } text ? Octets.Parse(text) : null;

        Assert.True(SendShortMessage.TryParse(wire.Span, out SendShortMessage command, out PacketError error), $"{error}");
        Assert.Equal((vector.Number, vector.Qualifier), (command.CommandNumber, command.Qualifier));
        Assert.False(command.PackingRequired);
        Assert.Equal(alpha, command.AlphaIdentifier);
        Assert.Equal(vector.ServiceCentre, command.ServiceCentre?.ToString());
        Assert.Equal(Octets.Parse(vector.Tpdu), command.Tpdu);

        SendShortMessage written = SendShortMessage.Of(vector.Number, command.ServiceCentre, command.Tpdu, alpha);
        if (vector.Rebuilt)
        {
            Assert.Equal(wire, written.ToOctets());
        }

        Assert.Equal((command.Tpdu, command.AlphaIdentifier), (written.Tpdu, written.AlphaIdentifier));
        Assert.Equal(command.ServiceCentre, written.ServiceCentre);
    }

    [Fact]
    public void The_handset_fetches_and_answers()
    {
        Assert.True(SendShortMessage.TryParse(Octets.Parse(Plain).Span, out SendShortMessage command, out _));

        Assert.Equal("8012000030", SendShortMessage.Fetch(0x30).ToString());
        Assert.Equal("A012000030", SendShortMessage.Fetch(0x30, isSim: true).ToString());
        Assert.Equal("801400000C810301130082028281830100", command.Performed().ToCommand().ToString());
        Assert.Equal("A01400000C810301130082028281830100", command.Performed().ToCommand(isSim: true).ToString());
        Assert.True(command.Performed().IsPerformed);
        Assert.False((command.Performed() with { Result = TerminalResponse.ShortMessageErrorResult }).IsPerformed);
    }

    public sealed record ResponseCase(string Name, string Wire, byte Result, string Additional, bool Details, bool Identities, bool Outcome)
    {
        public override string ToString() => Name;
    }

    [Theory, VectorData("sms/terminal-response.json")]
    public void Terminal_responses_are_read_and_written(ResponseCase vector)
    {
        Octets wire = Octets.Parse(vector.Wire);
        var expected = new TerminalResponse(1, 0x13, 0, vector.Result, Octets.Parse(vector.Additional), vector.Details, vector.Identities, vector.Outcome);

        Assert.True(TerminalResponse.TryParse(wire.Span, out TerminalResponse read, out PacketError error), $"{error}");
        Assert.Equal(expected, read);
        byte[] written = new byte[read.Length];
        read.Write(written);
        Assert.Equal(wire, Octets.Own(written));
    }

    [Theory]
    [InlineData("D1", PacketFault.UnexpectedValue, 0)]
    [InlineData("D009810301140082028183", PacketFault.UnexpectedValue, 2)]
    [InlineData("D009810301130082028281", PacketFault.UnexpectedValue, 7)]
    [InlineData("D009810301130082028183", PacketFault.Truncated, 11)]
    [InlineData("D00C810301130082028183 8B0244", PacketFault.Truncated, 14)]
    public void Says_where_it_stopped(string hex, PacketFault fault, int offset)
    {
        Assert.False(SendShortMessage.TryParse(Octets.Parse(hex).Span, out _, out PacketError error));

        Assert.Equal(new PacketError(fault, offset), error);
    }

    [Fact]
    public void Obeys_the_packet_laws()
    {
        PacketLaws.Hold<SendShortMessage>(maxLength: 40, Plain, "D00E8103011300820281838B030100AA");
        PacketLaws.Hold<TerminalResponse>(maxLength: 20, "810301130082028281830100", "81030113008202828183022115");
    }
}
