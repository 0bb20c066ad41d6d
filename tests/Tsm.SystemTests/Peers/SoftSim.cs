using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;

namespace Tsm.SystemTests.Peers;

/// <summary>
/// A soft-SIM as a process of its own, with files of its own. It takes us for the reader: it connects to the port of vpcd, where every
/// message is two octets of length and then an APDU, or one octet that switches it on.
/// </summary>
public sealed class SoftSim : IAsyncDisposable
{
    private const int ReaderPort = 35963;
    private const byte PowerOn = 0x01, AskAtr = 0x04;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly string _folder;
    private readonly TcpListener _reader;
    private readonly Process _process;
    private readonly Socket _socket;

    private SoftSim(string folder, TcpListener reader, Process process, Socket socket) =>
        (_folder, _reader, _process, _socket) = (folder, reader, process, socket);

    /// <summary>Starts the card on a copy of the files that come with it.</summary>
    /// <param name="checkout">Its checkout, built in the folder <c>build</c>.</param>
    public static async Task<SoftSim> StartAsync(string checkout)
    {
        string folder = Directory.CreateTempSubdirectory("tsm-softsim-").FullName;
        CopyFolder(Path.Combine(checkout, "files"), Path.Combine(folder, "files"));
        var reader = new TcpListener(IPAddress.Loopback, ReaderPort);
        reader.Start();
        Process process = Process.Start(new ProcessStartInfo(Path.Combine(checkout, "build/src/softsim/softsim"))
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        })!;
        _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null);
        using var deadline = new CancellationTokenSource(Limit);
        Socket socket = await reader.AcceptSocketAsync(deadline.Token);
        var card = new SoftSim(folder, reader, process, socket);
        await card.SendAsync(Octets.Own([PowerOn]));
        return card;
    }

    /// <summary>The answer to reset.</summary>
    public async Task<Octets> ResetAsync()
    {
        await SendAsync(Octets.Own([AskAtr]));
        return await ReceiveAsync();
    }

    /// <summary>Hands an APDU over and takes the answer.</summary>
    public async Task<ResponseApdu> TransmitAsync(CommandApdu command)
    {
        await SendAsync(command.ToOctets());
        Octets answer = await ReceiveAsync();
        return ResponseApdu.TryParse(answer.Span, out ResponseApdu response, out PacketError error)
            ? response
            : throw new InvalidOperationException($"The card answered {answer} to {command}: {error}");
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _reader.Stop();
        using var deadline = new CancellationTokenSource(Limit);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }

        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task SendAsync(Octets message)
    {
        byte[] framed = new byte[2 + message.Length];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)message.Length);
        message.Span.CopyTo(framed.AsSpan(2));
        using var deadline = new CancellationTokenSource(Limit);
        await _socket.SendAsync(framed, deadline.Token);
    }

    private async Task<Octets> ReceiveAsync()
    {
        byte[] length = await ReceiveAsync(2);
        return Octets.Own(await ReceiveAsync(BinaryPrimitives.ReadUInt16BigEndian(length)));
    }

    private async Task<byte[]> ReceiveAsync(int count)
    {
        using var deadline = new CancellationTokenSource(Limit);
        byte[] octets = new byte[count];
        for (int held = 0; held < count;)
        {
            int read = await _socket.ReceiveAsync(octets.AsMemory(held), deadline.Token);
            held += read > 0 ? read : throw new EndOfStreamException("The card has ended.");
        }

        return octets;
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        foreach (string folder in Directory.GetDirectories(from))
        {
            CopyFolder(folder, Path.Combine(to, Path.GetFileName(folder)));
        }
    }
}
