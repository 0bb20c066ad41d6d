using System.Net;
using System.Net.Sockets;

namespace Tsm.Benchmarks.Limits;

/// <summary>PDUs that a socket of this machine sends and gets back, when nobody looks into them.</summary>
internal static class TcpEcho
{
    public static async Task<double> MeasureAsync(int window, TimeSpan span)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient { NoDelay = true };
        Task<TcpClient> accepting = listener.AcceptTcpClientAsync();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using TcpClient server = await accepting;
        server.NoDelay = true;
        Task echoing = EchoAsync(server.GetStream());
        NetworkStream stream = client.GetStream();
        byte[] pdus = new byte[window * SmppEcho.PduOctets];
        byte[] back = new byte[pdus.Length];
        double rate = await Callers.MeasureAsync(1, span, async _ =>
        {
            // Written while it is read: buffers of sockets are smaller than large windows.
            ValueTask writing = stream.WriteAsync(pdus);
            await stream.ReadExactlyAsync(back);
            await writing;
            return window;
        });
        client.Close();
        await echoing;
        return rate;
    }

    private static async Task EchoAsync(NetworkStream stream)
    {
        byte[] buffer = new byte[64 * 1024];
        try
        {
            while (await stream.ReadAsync(buffer) is > 0 and var read)
            {
                await stream.WriteAsync(buffer.AsMemory(0, read));
            }
        }
        catch (IOException)
        {
            // The other side has closed with something still under way.
        }
    }
}
