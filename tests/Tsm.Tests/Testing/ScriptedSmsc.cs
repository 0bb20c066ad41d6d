using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Tsm.Bearers.Smpp;
using Tsm.Card.Encoding;

namespace Tsm.Tests.Testing;

/// <summary>An SMSC that does what the test says, PDU by PDU, and nothing by itself. Every wait gives up after thirty seconds.</summary>
internal sealed class ScriptedSmsc : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<ScriptedConnection> _connections = [];

    public ScriptedSmsc() => _listener.Start();

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async Task<ScriptedConnection> AcceptAsync()
    {
        var connection = new ScriptedConnection(await _listener.AcceptTcpClientAsync().WaitAsync(Patience));
        _connections.Add(connection);
        return connection;
    }

    /// <summary>Accepts a connection and grants its bind.</summary>
    public async Task<ScriptedConnection> AcceptBoundAsync()
    {
        ScriptedConnection connection = await AcceptAsync();
        SmppPdu bind = await connection.ReadAsync();
        Assert.True(bind.Id.IsBind, bind.ToString());
        await connection.AnswerAsync(bind, CommandStatus.Ok, new BindResponse { SystemId = "scripted" });
        return connection;
    }

    public ValueTask DisposeAsync()
    {
        _listener.Dispose();
        foreach (ScriptedConnection connection in _connections)
        {
            connection.Close();
        }

        return ValueTask.CompletedTask;
    }
}

/// <summary>One connection to a <see cref="ScriptedSmsc"/>.</summary>
internal sealed class ScriptedConnection(TcpClient client)
{
    private readonly NetworkStream _stream = client.GetStream();

    /// <summary>The next PDU, whatever it is.</summary>
    public async Task<SmppPdu> ReadAsync()
    {
        using var patience = new CancellationTokenSource(ScriptedSmsc.Patience);
        byte[] header = new byte[SmppPdu.HeaderLength];
        await _stream.ReadExactlyAsync(header, patience.Token);
        byte[] pdu = new byte[BinaryPrimitives.ReadUInt32BigEndian(header)];
        header.CopyTo(pdu, 0);
        await _stream.ReadExactlyAsync(pdu.AsMemory(header.Length), patience.Token);
        Assert.True(SmppPdu.TryParse(pdu, out SmppPdu parsed, out PacketError error), $"{error}");
        return parsed;
    }

    /// <summary>The next PDU, which has to be of this kind.</summary>
    public async Task<SmppPdu> ExpectAsync(CommandId id)
    {
        SmppPdu pdu = await ReadAsync();
        Assert.Equal(id, pdu.Id);
        return pdu;
    }

    public async Task SendAsync(SmppPdu pdu)
    {
        byte[] wire = new byte[pdu.Length];
        pdu.Write(wire);
        await SendRawAsync(wire);
    }

    public async Task SendRawAsync(ReadOnlyMemory<byte> octets)
    {
        using var patience = new CancellationTokenSource(ScriptedSmsc.Patience);
        await _stream.WriteAsync(octets, patience.Token);
    }

    public Task AnswerAsync(SmppPdu request, CommandStatus status) =>
        SendAsync(new(request.Id.Response, status, request.Sequence, Octets.Empty));

    public Task AnswerAsync<TBody>(SmppPdu request, CommandStatus status, TBody body) where TBody : struct, IPacket<TBody> =>
        SendAsync(SmppPdu.Of(request.Id.Response, status, request.Sequence, body));

    /// <summary>Proves by a round trip that the peer has nothing else to say: the next PDU is the answer.</summary>
    public async Task ExpectOnlyEnquireLinkAnsweredAsync(uint sequence)
    {
        await SendAsync(SmppPdu.Request(CommandId.EnquireLink, sequence));
        Assert.Equal((CommandId.EnquireLink.Response, sequence), await ReadAsync() is var pdu ? (pdu.Id, pdu.Sequence) : default);
    }

    /// <summary>Waits until the peer has closed the connection, in order or by a reset.</summary>
    public async Task ExpectClosedAsync()
    {
        using var patience = new CancellationTokenSource(ScriptedSmsc.Patience);
        byte[] rest = new byte[1024];
        try
        {
            while (await _stream.ReadAsync(rest, patience.Token) > 0)
            {
                // What the peer had still to say does not matter.
            }
        }
        catch (IOException)
        {
            // A reset closes as well.
        }
    }

    public void Close() => client.Dispose();
}
