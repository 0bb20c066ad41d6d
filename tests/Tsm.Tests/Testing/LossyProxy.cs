using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tsm.Tests.Testing;

/// <summary>Stands between a client and a server on this machine and cuts one connection at a chosen moment.</summary>
internal sealed class LossyProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _serverPort;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private volatile byte[]? _request;
    private volatile bool _isAnswerLost;

    public LossyProxy(int serverPort)
    {
        _serverPort = serverPort;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public bool HasLost { get; private set; }

    /// <summary>The next request with this text arrives; its answer does not.</summary>
    public void LoseAnswerAfter(string text) => Arm(text, isAnswerLost: true);

    /// <summary>The next request with this text does not arrive.</summary>
    public void LoseRequest(string text) => Arm(text, isAnswerLost: false);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stopping.Dispose();
    }

    private void Arm(string text, bool isAnswerLost)
    {
        _isAnswerLost = isAnswerLost;
        _request = Encoding.ASCII.GetBytes(text);
    }

    private async Task AcceptAsync()
    {
        List<Task> served = [];
        try
        {
            while (true)
            {
                served.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stopping.Token)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(served);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        {
            await server.ConnectAsync(IPAddress.Loopback, _serverPort, _stopping.Token);
            using var cut = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            await Task.WhenAll(
                CopyAsync(client.GetStream(), server.GetStream(), isRequest: true, cut),
                CopyAsync(server.GetStream(), client.GetStream(), isRequest: false, cut));
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, bool isRequest, CancellationTokenSource cut)
    {
        byte[] buffer = new byte[64 * 1024];
        try
        {
            int count;
            while ((count = await from.ReadAsync(buffer, cut.Token)) > 0)
            {
                if (isRequest && _request is { } text && buffer.AsSpan(0, count).IndexOf(text) >= 0)
                {
                    _request = null;
                    HasLost = true;
                    if (_isAnswerLost)
                    {
                        // Delivered, and cut once the server has answered.
                        await to.WriteAsync(buffer.AsMemory(0, count), cut.Token);
                        continue;
                    }

                    break;
                }

                if (!isRequest && _isAnswerLost && HasLost)
                {
                    _isAnswerLost = false;
                    break;
                }

                await to.WriteAsync(buffer.AsMemory(0, count), cut.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // The other direction has ended.
        }

        await cut.CancelAsync();
    }
}
