using Tsm.Card.Apdu;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Card.Apdu;

public sealed class StatusWordTests
{
    [Theory]
    [InlineData(0x9000, true, false)]
    [InlineData(0x910F, true, false)]
    [InlineData(0x9203, true, false)]
    [InlineData(0x9F10, true, false)]
    [InlineData(0x6132, true, false)]
    [InlineData(0x62F1, false, true)]
    [InlineData(0x6310, false, true)]
    [InlineData(0x9240, false, false)]
    [InlineData(0x9001, false, false)]
    [InlineData(0x9404, false, false)]
    [InlineData(0x6A80, false, false)]
    [InlineData(0x6985, false, false)]
    public void Is_success_warning_or_error(ushort value, bool success, bool warning)
    {
        var status = new StatusWord(value);

        Assert.Equal((success, warning, !success && !warning), (status.IsSuccess, status.IsWarning, status.IsError));
    }

    [Fact]
    public void Obeys_the_packet_laws() => PacketLaws.Hold<StatusWord>(maxLength: 4, "9000");

    [Fact]
    public void The_same_status_means_other_things_to_other_commands()
    {
        var status = StatusWord.ConditionsNotSatisfied;
        byte[] commands = [Instruction.Load, Instruction.Install, Instruction.Delete, Instruction.SetStatus, Instruction.GetStatus];

        string[] causes = [.. commands.Select(c => status.Explain(c).Cause)];

        Assert.Equal(commands.Length, causes.Distinct(StringComparer.Ordinal).Count());
        Assert.All(commands, c => Assert.Equal("conditions of use not satisfied", status.Explain(c).Name));
    }

    [Theory]
    [InlineData(0x6438, Instruction.Load, "imports a package", "card model")]
    [InlineData(0x6A80, Instruction.Install, "Duplicate AID", "registry")]
    [InlineData(0x6A88, Instruction.Delete, "deleted before", "nothing is left to do")]
    [InlineData(0x6982, Instruction.PutKey, "key check value", "do not repeat blindly")]
    [InlineData(0x6310, Instruction.GetStatus, "More entries", "P2 03")]
    [InlineData(0x6D00, Instruction.Install, "TAR", "INSTALL")]
    public void Tells_cause_and_next_step(ushort value, byte instruction, string cause, string next)
    {
        StatusExplanation explanation = new StatusWord(value).Explain(instruction);

        Assert.Contains(cause, explanation.Cause, StringComparison.Ordinal);
        Assert.Contains(next, explanation.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_status_stays_unknown()
    {
        StatusExplanation explanation = new StatusWord(0xBEEF).Explain(Instruction.Load);

        Assert.Equal("unknown status", explanation.Name);
        Assert.Contains("BEEF", explanation.Meaning, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_status_has_words_for_every_command()
    {
        for (int value = 0; value <= ushort.MaxValue; value++)
        {
            var status = new StatusWord((ushort)value);
            foreach (byte instruction in (byte[])[Instruction.Load, Instruction.PutKey, 0x00])
            {
                StatusExplanation explanation = status.Explain(instruction);
                Assert.True(
                    explanation is { Name.Length: > 0, Meaning.Length: > 0, Cause.Length: > 0, NextStep.Length: > 0 }, $"{status} {instruction:X2}");
            }
        }
    }

    [Fact]
    public void Counts_octets_and_tries()
    {
        Assert.Contains("50 octets", new StatusWord(0x6132).Meaning, StringComparison.Ordinal);
        Assert.Contains("256 octets", new StatusWord(0x9F00).Meaning, StringComparison.Ordinal);
        Assert.Contains("2 tries", new StatusWord(0x63C2).Meaning, StringComparison.Ordinal);
    }
}
