using System.Collections.Immutable;
using Tsm.Card.Encoding;

namespace Tsm.Card.SimFiles;

/// <summary>A service table: EF_UST or EF_EST of a USIM, one bit for each service.</summary>
/// <remarks>
/// TS 31.102 §4.2.8 and §4.2.47. Service n is bit (n - 1) mod 8 of octet (n - 1) / 8. EF_SST of a SIM, with two bits for each,
/// is another table.
/// </remarks>
/// <param name="Value">The octets.</param>
public readonly record struct ServiceTable(Octets Value) : IPacket<ServiceTable>
{
    /// <summary>Service 10: short messages.</summary>
    public const int ShortMessages = 10;

    /// <summary>Service 12: parameters of short messages, EF_SMSP.</summary>
    public const int ShortMessageParameters = 12;

    /// <summary>Service 17: group identifier level 1.</summary>
    public const int GroupIdentifier1 = 17;

    /// <summary>Service 19: service provider name.</summary>
    public const int ServiceProviderName = 19;

    /// <summary>Service 20: networks of the user with access technologies.</summary>
    public const int UserNetworks = 20;

    /// <summary>Service 21: MSISDN.</summary>
    public const int Msisdn = 21;

    /// <summary>Service 27: access to GSM.</summary>
    public const int GsmAccess = 27;

    /// <summary>Service 28: data download by SMS-PP, without which no OTA message reaches the card.</summary>
    public const int DataDownloadSmsPp = 28;

    /// <summary>Service 29: data download by SMS-CB.</summary>
    public const int DataDownloadSmsCb = 29;

    /// <summary>Service 42: networks of the operator with access technologies.</summary>
    public const int OperatorNetworks = 42;

    /// <summary>Service 43: home network with access technologies.</summary>
    public const int HomeNetworks = 43;

    /// <summary>Service 85: mobility management of EPS.</summary>
    public const int EpsMobility = 85;

    /// <summary>The highest service that can be asked for; a limit that is ours.</summary>
    public const int MaxService = 8 * 255;

    /// <inheritdoc/>
    public int Length => Value.Length;

    /// <summary>The services that are available, in their order.</summary>
    public ImmutableArray<int> Available
    {
        get
        {
            ServiceTable self = this;
            return [.. Enumerable.Range(1, Value.Length * 8).Where(n => self.Has(n))];
        }
    }

    /// <summary>Whether a service, from 1 on, is available; those beyond the table are not.</summary>
    public bool Has(int service) => service >= 1 && service <= Value.Length * 8
        && (Value[(service - 1) / 8] >> (service - 1) % 8 & 1) == 1;

    /// <summary>The table with a service made available or not; it grows where it must.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a service from 1 to <see cref="MaxService"/>.</exception>
    public ServiceTable With(int service, bool available = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(service, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(service, MaxService);
        int at = (service - 1) / 8;
        byte[] table = new byte[Math.Max(Value.Length, at + 1)];
        Value.Span.CopyTo(table);
        int bit = 1 << (service - 1) % 8;
        table[at] = (byte)(available ? table[at] | bit : table[at] & ~bit);
        return new(Octets.Own(table));
    }

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        var writer = new OctetWriter(destination);
        writer.Write(Value.Span);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out ServiceTable packet, out PacketError error)
    {
        packet = new(Octets.Copy(source));
        error = default;
        return true;
    }
}
