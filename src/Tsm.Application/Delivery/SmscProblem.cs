using System.Globalization;
using Tsm.Application.Jobs;
using Tsm.Bearers.Smpp;

namespace Tsm.Application.Delivery;

/// <summary>What a refusal by an SMSC means for a job.</summary>
public static class SmscProblem
{
    /// <summary>The problem behind a command_status.</summary>
    /// <param name="road">The name of the SMSC.</param>
    /// <param name="status">What it answered.</param>
    public static Problem Of(string road, CommandStatus status) => new(
        "smpp",
        status.Value.ToString("X8", CultureInfo.InvariantCulture),
        status.Name,
        $"SMSC {road} refused a short message: {status.Meaning}.",
        Cause(status),
        Next(status),
        [$"submit_sm_resp of {road} with command_status {status.Value.ToString("X8", CultureInfo.InvariantCulture)}"]);

    private static string Cause(CommandStatus status) => status switch
    {
        _ when status == CommandStatus.InvalidDestinationAddress => "The number of the card is not one that this SMSC serves.",
        _ when status == CommandStatus.InvalidSourceAddress => "The account may not send from the configured source address.",
        _ when status == CommandStatus.InvalidEsmClass => "The account may not send user data headers, without which no card understands a packet.",
        _ when status == CommandStatus.InvalidMessageLength => "The SMSC takes shorter messages than 140 octets of user data.",
        _ => status.Disposition switch
        {
            StatusDisposition.RetryLater or StatusDisposition.RetryLimited => "The SMSC or the network behind it has trouble that may pass.",
            StatusDisposition.StopAndAlarm or StatusDisposition.Rebind => "The account or the connection to the SMSC is not in order.",
            _ => "The SMSC does not take this message, however often it is sent.",
        },
    };

    private static string Next(CommandStatus status) => status switch
    {
        _ when status == CommandStatus.InvalidDestinationAddress => "Compare the card's number with the network's records.",
        _ when status == CommandStatus.InvalidSourceAddress => "Correct source= of the SMSC, or ask its operator to allow it.",
        _ when status == CommandStatus.InvalidEsmClass => "Ask the operator of the SMSC to allow binary messages with user data header.",
        _ => status.Disposition switch
        {
            StatusDisposition.RetryLater or StatusDisposition.RetryLimited => "Ask for the job again later.",
            _ => "Ask the operator of the SMSC what the code means for this account.",
        },
    };
}
