using Microsoft.Extensions.Logging.Abstractions;
using Tsm.Bearers.Smpp;
using Tsm.Card.Encoding;

namespace Tsm.Benchmarks.Limits;

/// <summary>submit_sm through <see cref="SmppClient"/> to a server of ours that does nothing but answer, both in this process.</summary>
internal static class SmppEcho
{
    /// <summary>Octets of a submit_sm with a whole short message: header, addresses and fields, user data.</summary>
    public const int PduOctets = 16 + 50 + UserDataOctets;

    private const int UserDataOctets = 140;

    public static async Task<double> MeasureAsync(int window, TimeSpan span)
    {
        SmppResponse answer = SmppResponse.Of(CommandStatus.Ok, new MessageResponse { MessageId = "0000000001" });
        var serverOptions = new SmppServerOptions { Session = new() { MaxConcurrentRequests = window } };
        await using var server = new SmppServer(
            serverOptions,
            (_, _, _) => ValueTask.FromResult(CommandStatus.Ok),
            (_, _, _) => ValueTask.FromResult(answer),
            TimeProvider.System,
            NullLogger<SmppServer>.Instance);
        server.Start();
        var options = new SmppClientOptions
        {
            Host = "127.0.0.1",
            Port = server.EndPoint.Port,
            SystemId = "load",
            Password = "load",
            SourceAddress = "99900",
            WindowSize = window,
        };
        await using var client = new SmppClient(
            options, (_, _) => ValueTask.FromResult(CommandStatus.Ok), TimeProvider.System, NullLogger<SmppClient>.Instance);
        client.Start();
        await client.WaitForSlotAsync(CancellationToken.None);
        var userData = Octets.Own(new byte[UserDataOctets]);
        return await Callers.MeasureAsync(window, span, async caller =>
        {
            SubmitResult result = await client.SubmitAsync(options.Compose($"4917{caller:D8}", userData), CancellationToken.None);
            return result is SubmitResult.Accepted ? 1 : throw new InvalidOperationException($"The echo said {result}.");
        });
    }
}
