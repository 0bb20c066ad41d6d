using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Tsm.Bearers.Smpp;
using Tsm.Card.Encoding;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Bearers.Smpp;

public sealed class SmppServerTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Client_and_server_exchange_messages_both_ways()
    {
        var received = new TaskCompletionSource<SubmitSm>();
        await using SmppServer server = Serve(handle: (_, request, _) =>
        {
            Assert.True(SubmitSm.TryParse(request.Body.Span, out SubmitSm submit, out _));
            received.SetResult(submit);
            return ValueTask.FromResult(SmppResponse.Of(CommandStatus.Ok, new MessageResponse { MessageId = "17" }));
        });
        var delivered = new TaskCompletionSource<DeliverSm>();
        await using var harness = new SmppClientHarness(
            onDeliver: (deliver, _) =>
            {
                delivered.SetResult(deliver);
                return ValueTask.FromResult(CommandStatus.Ok);
            },
            port: server.EndPoint.Port);
        harness.Client.Start();
        Assert.True(await harness.Client.WaitForSlotAsync(None));

        SubmitResult submitted = await harness.SubmitAsync(5);
        SmppServerSession session = Assert.Single(server.Sessions);
        var por = new DeliverSm { Source = SmppAddress.International("4179"), ShortMessage = Octets.Parse("027100AA") };
        RequestOutcome answered = await session.DeliverAsync(por, None);

        Assert.Equal(new SubmitResult.Accepted("17"), submitted);
        Assert.Equal(harness.Message(5), await received.Task);
        Assert.Equal(por, await delivered.Task);
        Assert.Equal(CommandStatus.Ok, Assert.IsType<RequestOutcome.Answered>(answered).Pdu.Status);
        Assert.Equal(("tsm", BindType.Transceiver), (session.SystemId, session.BindType));
    }

    [Fact]
    public async Task A_session_ends_in_order_when_the_client_stops()
    {
        await using SmppServer server = Serve();
        var ended = new TaskCompletionSource<SmppServerSession>();
        server.SessionEnded += (_, e) => ended.SetResult(e.Session);
        await using var harness = new SmppClientHarness(port: server.EndPoint.Port);
        harness.Client.Start();
        Assert.True(await harness.Client.WaitForSlotAsync(None));

        await harness.Client.StopAsync(None).WaitAsync(ScriptedSmsc.Patience);

        SmppServerSession session = await ended.Task.WaitAsync(ScriptedSmsc.Patience);
        Assert.Equal(SessionEndReason.PeerUnbound, (await session.Completion).Reason);
        Assert.Empty(server.Sessions);
    }

    [Fact]
    public async Task What_is_delivered_when_a_session_is_bound_comes_after_the_answer_to_the_bind()
    {
        await using SmppServer server = Serve();
        server.SessionBound += (_, e) => _ = e.Session.DeliverAsync(new(), None);
        ScriptedConnection esme = await ConnectAsync(server);

        await esme.SendAsync(Bind(CommandId.BindReceiver));

        Assert.Equal(CommandStatus.Ok, (await esme.ExpectAsync(CommandId.BindReceiver.Response)).Status);
        await esme.ExpectAsync(CommandId.DeliverSm);
        esme.Close();
    }

    [Fact]
    public async Task A_refused_account_may_try_again_and_binds_only_once()
    {
        await using SmppServer server = Serve(authenticate: bind =>
            string.Equals(bind.Password, "right", StringComparison.Ordinal) ? CommandStatus.Ok : CommandStatus.InvalidPassword);
        ScriptedConnection esme = await ConnectAsync(server);

        await esme.SendAsync(Bind(CommandId.BindTransceiver, "wrong"));
        Assert.Equal(CommandStatus.InvalidPassword, (await esme.ReadAsync()).Status);
        await esme.SendAsync(Bind(CommandId.BindTransceiver, "right"));
        Assert.Equal(CommandStatus.Ok, (await esme.ReadAsync()).Status);
        await esme.SendAsync(Bind(CommandId.BindTransceiver, "right"));
        Assert.Equal(CommandStatus.AlreadyBound, (await esme.ReadAsync()).Status);
        esme.Close();
    }

    [Fact]
    public async Task Nothing_is_submitted_without_a_bind_or_on_a_bind_to_receive()
    {
        await using SmppServer server = Serve();
        ScriptedConnection esme = await ConnectAsync(server);

        await esme.SendAsync(SmppPdu.Of(CommandId.SubmitSm, CommandStatus.Ok, 1, new SubmitSm()));
        Assert.Equal(CommandStatus.InvalidBindStatus, (await esme.ExpectAsync(CommandId.SubmitSm.Response)).Status);
        await esme.SendAsync(Bind(CommandId.BindReceiver));
        await esme.ExpectAsync(CommandId.BindReceiver.Response);
        await esme.SendAsync(SmppPdu.Of(CommandId.SubmitSm, CommandStatus.Ok, 3, new SubmitSm()));
        Assert.Equal(CommandStatus.InvalidBindStatus, (await esme.ExpectAsync(CommandId.SubmitSm.Response)).Status);
        esme.Close();
    }

    [Fact]
    public async Task Nothing_is_delivered_on_a_bind_to_transmit()
    {
        await using SmppServer server = Serve();
        ScriptedConnection esme = await ConnectAsync(server);
        await esme.SendAsync(Bind(CommandId.BindTransmitter));
        await esme.ExpectAsync(CommandId.BindTransmitter.Response);

        RequestOutcome outcome = await (await SessionAsync(server)).DeliverAsync(new(), None);

        Assert.IsType<RequestOutcome.NotSent>(outcome);
        esme.Close();
    }

    [Fact]
    public async Task Who_does_not_bind_in_time_is_dropped()
    {
        await using SmppServer server = Serve(options: new() { BindTimeout = TimeSpan.FromMilliseconds(50) });
        ScriptedConnection esme = await ConnectAsync(server);

        await esme.ExpectClosedAsync();
    }

    [Fact]
    public async Task A_delivery_without_an_answer_is_unknown_when_the_session_ends()
    {
        await using SmppServer server = Serve();
        ScriptedConnection esme = await ConnectAsync(server);
        await esme.SendAsync(Bind(CommandId.BindTransceiver));
        await esme.ExpectAsync(CommandId.BindTransceiver.Response);
        Task<RequestOutcome> delivery = (await SessionAsync(server)).DeliverAsync(new(), None);
        await esme.ExpectAsync(CommandId.DeliverSm);

        esme.Close();

        Assert.IsType<RequestOutcome.Unknown>(await delivery.WaitAsync(ScriptedSmsc.Patience));
    }

    // The ESME may have its answer before the server has noted that it is bound.
    private static async Task<SmppServerSession> SessionAsync(SmppServer server)
    {
        await Eventually.IsTrueAsync(() => server.Sessions.Count == 1);
        return Assert.Single(server.Sessions);
    }

    private static SmppServer Serve(
        Func<SmppServerSession, SmppRequest, CancellationToken, ValueTask<SmppResponse>>? handle = null,
        Func<BindRequest, CommandStatus>? authenticate = null,
        SmppServerOptions? options = null)
    {
        var server = new SmppServer(
            options ?? new(),
            (_, bind, _) => ValueTask.FromResult(authenticate?.Invoke(bind) ?? CommandStatus.Ok),
            handle ?? ((_, _, _) => ValueTask.FromResult(SmppResponse.Unsupported)),
            TimeProvider.System,
            NullLogger<SmppServer>.Instance);
        server.Start();
        return server;
    }

    private static async Task<ScriptedConnection> ConnectAsync(SmppServer server)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.EndPoint.Port, None);
        return new(client);
    }

    private static SmppPdu Bind(CommandId id, string password = "") =>
        SmppPdu.Of(id, CommandStatus.Ok, 2, new BindRequest { SystemId = "tsm", Password = password });
}
