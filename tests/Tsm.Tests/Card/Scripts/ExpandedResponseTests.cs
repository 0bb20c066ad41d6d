using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.Scripts;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Card.Scripts;

public sealed class ExpandedResponseTests
{
    public sealed record Case(string Name, int? Executed, string[] Responses, string? Fault, bool Indefinite, string Wire)
    {
        public override string ToString() => Name;
    }

    [Theory, VectorData("scripts/expanded-response.json")]
    public void Writes_and_reads_responses(Case vector)
    {
        Octets wire = Octets.Parse(vector.Wire);
        ResponseApdu[] responses = [.. vector.Responses.Select(Response)];
        ScriptFault? fault = vector.Fault is { } text ? new(Convert.ToByte(text[..2], 16), Octets.Parse(text[3..])) : null;

        ExpandedResponse written = ExpandedResponse.Of(vector.Executed ?? 0, responses, fault, vector.Indefinite);
        Assert.Equal(wire, written.ToOctets());

        Assert.True(ExpandedResponse.TryParse(wire.Span, out ExpandedResponse read, out PacketError error), $"{error}");
        Assert.Equal(vector.Executed, read.Executed);
        Assert.Equal(responses, read.Responses);
        Assert.Equal(fault, read.Fault);
        Assert.Equal(vector.Indefinite, read.IsIndefinite);
        Assert.False(read.IsCut);
        Assert.Equal(Octets.Empty, read.Unknown);
        Assert.Equal(fault is null && responses.All(r => r.Status.IsSuccess), read.Completes(responses.Length));
    }

    [Fact]
    public void Obeys_the_packet_laws() => PacketLaws.Hold<ExpandedResponse>(
        maxLength: 30, "AB0780010123029000", "AF8023029000230269820000", "AF8023029000", "AB0880010190010144 00", "AB8107 80010123029000");

    [Theory]
    [InlineData("AF80", 0)]
    [InlineData("AF8023029000", 1)]
    [InlineData("AF80230290002304AA", 1)]
    [InlineData("AF802302900023", 1)]
    [InlineData("AF802302900000", 1)]
    public void An_indefinite_response_may_be_cut_anywhere(string hex, int responses)
    {
        Assert.True(ExpandedResponse.TryParse(Octets.Parse(hex).Span, out ExpandedResponse read, out PacketError error), $"{error}");

        Assert.True(read.IsCut);
        Assert.Equal(responses, read.Responses.Length);
    }

    [Fact]
    public void Unknown_objects_are_kept_wherever_they_stand()
    {
        Octets wire = Octets.Parse("AB11 4401AA 80 01 01 2302 9000 9F0102 9002 0102".Replace(" ", ""));

        Assert.True(ExpandedResponse.TryParse(wire.Span, out ExpandedResponse read, out PacketError error), $"{error}");
        Assert.Equal("4401AA9F0102", read.Unknown.ToString());
        Assert.Equal(1, read.Executed);
        Assert.Equal(new ScriptFault(0x90, Octets.Parse("0102")), read.Fault);
        Assert.Contains("0102", read.Fault!.Value.Meaning, StringComparison.Ordinal);
    }

    [Fact]
    public void The_last_answer_decides_and_all_must_be_there()
    {
        ExpandedResponse half = ExpandedResponse.Of(1, [new(StatusWord.Success)]);
        ExpandedResponse failed = ExpandedResponse.Of(2, [new(StatusWord.Success), new(StatusWord.NotFound)]);

        Assert.True(half.Completes(1));
        Assert.False(half.Completes(2));
        Assert.False(failed.Completes(2));
        Assert.Equal(StatusWord.NotFound, failed.LastStatus);
        Assert.Null(default(ExpandedResponse).LastStatus);
    }

    [Theory]
    [InlineData("", PacketFault.Truncated, 0)]
    [InlineData("AA00", PacketFault.UnexpectedValue, 0)]
    [InlineData("AB0423 0190", PacketFault.LengthMismatch, 1)]
    [InlineData("AB0323 019000", PacketFault.LengthMismatch, 3)]
    [InlineData("AF80 230190", PacketFault.LengthMismatch, 3)]
    [InlineData("AB0780010123029000FF", PacketFault.TrailingOctets, 9)]
    [InlineData("AF8000 00FF", PacketFault.TrailingOctets, 4)]
    [InlineData("AF01", PacketFault.UnexpectedValue, 1)]
    public void Says_where_it_stopped(string hex, PacketFault fault, int offset)
    {
        Assert.False(ExpandedResponse.TryParse(Octets.Parse(hex).Span, out _, out PacketError error));

        Assert.Equal(new PacketError(fault, offset), error);
    }

    private static ResponseApdu Response(string hex) =>
        ResponseApdu.TryParse(Octets.Parse(hex).Span, out ResponseApdu response, out _) ? response : throw new FormatException(hex);
}
