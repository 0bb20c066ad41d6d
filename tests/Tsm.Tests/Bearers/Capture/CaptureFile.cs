using System.Buffers.Binary;
using System.Text;
using Tsm.Card.Encoding;

namespace Tsm.Tests.Bearers.Capture;

/// <summary>A pcap file of our octets, for programs that dissect it.</summary>
internal static class CaptureFile
{
    /// <summary>Frames are IPv4 packets.</summary>
    public const uint RawIp = 101;

    /// <summary>Frames are what the reader is told they are.</summary>
    public const uint User0 = 147;

    public const int SmppPort = 2775;

    private const int GsmTapPort = 4729;
    private const byte Tcp = 6, Udp = 17;
    private const int TcpHeaderLength = 20;

    /// <summary>Writes frames in their order.</summary>
    public static void Write(string path, uint linkType, IEnumerable<Octets> frames)
    {
        using var writer = new BinaryWriter(File.Create(path), Encoding.ASCII);

        //  magic 4 | version 2 2 | zone 4 | accuracy 4 | longest frame 4 | link type 4
        writer.Write(0xA1B2C3D4);
        writer.Write((ushort)2);
        writer.Write((ushort)4);
        writer.Write(0);
        writer.Write(0);
        writer.Write((int)ushort.MaxValue);
        writer.Write(linkType);
        foreach (Octets frame in frames)
        {
            //  seconds 4 | microseconds 4 | octets here 4 | octets sent 4
            writer.Write(0);
            writer.Write(0);
            writer.Write(frame.Length);
            writer.Write(frame.Length);
            writer.Write(frame.Span);
        }
    }

    /// <summary>A stream of TCP, cut into segments wherever the caller likes.</summary>
    public static IEnumerable<Octets> TcpStream(params IEnumerable<Octets> segments)
    {
        uint sequence = 1;
        foreach (Octets segment in segments)
        {
            //  ports 2 2 | sequence 4 | acknowledged 4 | header length and flags 2 | window 2 | checksum 2 | urgent 2
            byte[] packet = new byte[TcpHeaderLength + segment.Length];
            BinaryPrimitives.WriteUInt16BigEndian(packet, 40_000);
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), SmppPort);
            BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), sequence);
            BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), 1);
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(12), 0x5018);
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(14), ushort.MaxValue);
            segment.Span.CopyTo(packet.AsSpan(TcpHeaderLength));
            sequence += (uint)segment.Length;
            yield return Ip(Tcp, packet);
        }
    }

    /// <summary>What a card and its reader say to each other, as GSMTAP carries it: the command, the data and the status word.</summary>
    public static Octets CardExchange(Octets exchange)
    {
        //  ports 2 2 | length 2 | checksum 2 || version 1 | header length in words 1 | SIM 1 | ... 13 || exchange
        byte[] packet = new byte[8 + 16 + exchange.Length];
        BinaryPrimitives.WriteUInt16BigEndian(packet, GsmTapPort);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), GsmTapPort);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), (ushort)packet.Length);
        packet[8] = 2;
        packet[9] = 4;
        packet[10] = 4;
        exchange.Span.CopyTo(packet.AsSpan(8 + 16));
        return Ip(Udp, packet);
    }

    private static Octets Ip(byte protocol, byte[] content)
    {
        //  version and length 1 | service 1 | total length 2 | id 2 | fragment 2 | hops 1 | protocol 1 | checksum 2 | from 4 | to 4
        byte[] packet = new byte[20 + content.Length];
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        packet[8] = 64;
        packet[9] = protocol;
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(12), 0x7F000001);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(16), 0x7F000001);
        content.CopyTo(packet.AsSpan(20));
        return Octets.Own(packet);
    }
}
