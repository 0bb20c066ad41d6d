using Tsm.Bearers.Smpp;

namespace Tsm.Tests.Bearers.Smpp;

public sealed class CommandStatusTests
{
    [Theory]
    [InlineData(0x00, "ESME_ROK", StatusDisposition.Success)]
    [InlineData(0x04, "ESME_RINVBNDSTS", StatusDisposition.Rebind)]
    [InlineData(0x08, "ESME_RSYSERR", StatusDisposition.RetryLater)]
    [InlineData(0x0B, "ESME_RINVDSTADR", StatusDisposition.Permanent)]
    [InlineData(0x0E, "ESME_RINVPASWD", StatusDisposition.StopAndAlarm)]
    [InlineData(0x0F, "ESME_RINVSYSID", StatusDisposition.StopAndAlarm)]
    [InlineData(0x14, "ESME_RMSGQFUL", StatusDisposition.RetryLater)]
    [InlineData(0x43, "ESME_RINVESMCLASS", StatusDisposition.Permanent)]
    [InlineData(0x45, "ESME_RSUBMITFAIL", StatusDisposition.RetryLimited)]
    [InlineData(0x58, "ESME_RTHROTTLED", StatusDisposition.RetryLater)]
    [InlineData(0x0100, "ESME_RSERTYPUNAUTH", StatusDisposition.Permanent)]
    [InlineData(0x0112, "00000112", StatusDisposition.Permanent)]
    [InlineData(0x0400, "00000400", StatusDisposition.RetryLimited)]
    [InlineData(0xFFFFFFFF, "FFFFFFFF", StatusDisposition.RetryLimited)]
    public void Says_what_a_status_is_called_and_what_to_do(uint value, string name, StatusDisposition disposition)
    {
        var status = new CommandStatus(value);

        Assert.Equal((name, disposition), (status.Name, status.Disposition));
        Assert.NotEmpty(status.Meaning);
    }

    [Fact]
    public void Only_zero_is_success()
    {
        IEnumerable<uint> successes = Enumerable.Range(0, 0x0500).Select(v => (uint)v)
            .Where(v => new CommandStatus(v).Disposition == StatusDisposition.Success);

        Assert.Equal([0u], successes);
    }

    [Fact]
    public void Every_named_status_has_its_own_value()
    {
        uint[] values = [.. typeof(CommandStatus).GetFields().Where(f => f.IsStatic)
            .Select(f => ((CommandStatus)f.GetValue(null)!).Value)];

        Assert.Equal(values.Length, values.Distinct().Count());
        Assert.All(values, v => Assert.StartsWith("ESME_", new CommandStatus(v).Name, StringComparison.Ordinal));
    }
}
