using System.Net;
using System.Net.Sockets;

namespace Tsm.Application.Webhooks;

/// <summary>Which addresses are written to: nobody shall use the server to knock at doors inside of the carrier's network.</summary>
/// <param name="Loopback">Whether addresses of this machine are taken.</param>
/// <param name="Private">Whether addresses of private networks are taken.</param>
public sealed record WebhookAddresses(bool Loopback, bool Private)
{
    /// <summary>Says what is wrong with a URL; null when nothing is. Names are looked up when they are written to, not here.</summary>
    public string? Fault(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        bool isHere = url.IsLoopback;
        return (url.Scheme, isHere, IPAddress.TryParse(url.Host.Trim('[', ']'), out IPAddress? address)) switch
        {
            ("https", _, _) or ("http", true, _) when url.UserInfo.Length > 0 => "The URL holds a user name, which would stand in lists.",
            ("http", false, _) => "The URL begins with http, which anybody on the way can read and change.",
            not ("https" or "http", _, _) => "The URL does not begin with https.",
            (_, true, _) when !Loopback => "The URL leads to the server's own machine.",
            (_, _, true) when !IsTaken(address!) => "The URL leads into a private network.",
            _ => null,
        };
    }

    /// <summary>Whether an address is written to.</summary>
    public bool IsTaken(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return IPAddress.IsLoopback(plain) ? Loopback : Private || !IsPrivate(plain);
    }

    /// <summary>Opens a connection to an address that is taken, and to no other that the same name has.</summary>
    /// <exception cref="HttpRequestException">The name has no address that is taken.</exception>
    public async ValueTask<Stream> ConnectAsync(DnsEndPoint target, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        IPAddress[] found = await Dns.GetHostAddressesAsync(target.Host, cancellationToken);
        IPAddress[] taken = [.. found.Where(IsTaken)];
        if (taken.Length == 0)
        {
            throw new HttpRequestException($"{target.Host} has no address outside of private networks.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(taken, target.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static bool IsPrivate(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return address.IsIPv6LinkLocal || address.IsIPv6SiteLocal || address.IsIPv6UniqueLocal || address.IsIPv6Multicast
                || address.Equals(IPAddress.IPv6Any);
        }

        byte[] octets = address.GetAddressBytes();
        return octets switch
        {
            [0 or 10 or >= 224, ..] => true,
            [100, >= 64 and < 128, ..] => true,
            [169, 254, ..] => true,
            [172, >= 16 and < 32, ..] => true,
            [192, 168, ..] => true,
            _ => false,
        };
    }
}
