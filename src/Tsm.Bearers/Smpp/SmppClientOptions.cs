using System.ComponentModel.DataAnnotations;
using System.Net.Security;
using Tsm.Bearers.Sms;
using Tsm.Card.Encoding;

namespace Tsm.Bearers.Smpp;

/// <summary>How one SMSC is reached, and how messages to it are filled in.</summary>
public sealed class SmppClientOptions
{
    /// <summary>Name or address of the SMSC.</summary>
    [Required]
    public string Host { get; set; } = "";

    /// <summary>TCP port of the SMSC. Default 2775.</summary>
    [Range(1, 65535)]
    public int Port { get; set; } = 2775;

    /// <summary>TLS with these settings; null, the default, for none.</summary>
    public SslClientAuthenticationOptions? Tls { get; set; }

    /// <summary>The account, up to 15 characters.</summary>
    [Required, MaxLength(15)]
    public string SystemId { get; set; } = "";

    /// <summary>Its password, up to 8 characters. Never logged.</summary>
    [MaxLength(8)]
    public string Password { get; set; } = "";

    /// <summary>system_type, if the SMSC wants one.</summary>
    [MaxLength(12)]
    public string SystemType { get; set; } = "";

    /// <summary>The directions of the bind. Default transceiver; where the SMSC takes none, a transmitter and a receiver instead.</summary>
    public BindType BindType { get; set; } = BindType.Transceiver;

    /// <summary>The most messages without an answer. Default 10.</summary>
    [Range(1, 10_000)]
    public int WindowSize { get; set; } = 10;

    /// <summary>The most deliver_sm and data_sm handled at once; the next one is answered with RMSGQFUL. Default 1024.</summary>
    [Range(1, 10_000)]
    public int MaxDeliveries { get; set; } = 1024;

    /// <summary>The most messages a second; null, the default, for no limit.</summary>
    [Range(0.01, 100_000)]
    public double? ThroughputPerSecond { get; set; }

    /// <summary>After how long a silence enquire_link is sent. Default 30 s.</summary>
    public TimeSpan EnquireLinkInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long its answer, or the rest of a PDU that has begun, may take. Default 10 s.</summary>
    public TimeSpan EnquireLinkTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an answer to bind or submit_sm may take; after that the outcome is unknown. Default 30 s.</summary>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long connecting may take. Default 10 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The pause after a bind that has ended, or failed; it doubles until one lasts longer than the pause. Default 1 s.</summary>
    public TimeSpan ReconnectBackoff { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest such pause. Default 60 s.</summary>
    public TimeSpan MaxReconnectBackoff { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The pause after the account was refused, when hammering would lock it. Default five minutes.</summary>
    public TimeSpan AlarmRetryInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The first pause after RTHROTTLED, RMSGQFUL or another error that passes; it doubles while they go on. Default 1 s.</summary>
    public TimeSpan ThrottleBackoff { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest such pause. Default 60 s.</summary>
    public TimeSpan MaxThrottleBackoff { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>For how long one message is sent again after such refusals. Default ten minutes.</summary>
    public TimeSpan MaxThrottleTime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>source_addr: where cards send their PoR. Digits only; letters make an answer impossible.</summary>
    [MaxLength(20)]
    public string SourceAddress { get; set; } = "";

    /// <summary>source_addr_ton. Default international.</summary>
    public TypeOfNumber SourceTon { get; set; } = TypeOfNumber.International;

    /// <summary>source_addr_npi. Default ISDN.</summary>
    public NumberingPlan SourceNpi { get; set; } = NumberingPlan.Isdn;

    /// <summary>service_type, if the SMSC wants one.</summary>
    [MaxLength(5)]
    public string ServiceType { get; set; } = "";

    /// <summary>esm_class. Default 40: user data header. Some SMSCs want 43.</summary>
    public byte EsmClass { get; set; } = Smpp.EsmClass.UserDataHeader;

    /// <summary>protocol_id. Default 7F: (U)SIM data download.</summary>
    public byte ProtocolId { get; set; } = SmsDeliver.DataDownloadProtocolId;

    /// <summary>data_coding. Default F6: 8-bit, class 2. Some SMSCs want 16, or 04 with dest_addr_subunit.</summary>
    public byte DataCoding { get; set; } = SmsDeliver.Class2DataCoding;

    /// <summary>dest_addr_subunit (03 is the SIM); null, the default, leaves it out.</summary>
    public byte? DestinationSubunit { get; set; }

    /// <summary>registered_delivery. Default 1: a receipt of the outcome; 2 is one of failures only (SMPP 3.4 §5.2.17).</summary>
    public byte RegisteredDelivery { get; set; } = 1;

    /// <summary>How long the SMSC tries to deliver, up to 99 days; null, the default, leaves it to the SMSC.</summary>
    public TimeSpan? ValidityPeriod { get; set; }

    /// <summary>Whether the message travels in message_payload, for SMSCs that refuse it in short_message.</summary>
    public bool UseMessagePayload { get; set; }

    /// <summary>A submit_sm with these settings.</summary>
    /// <param name="msisdn">The handset: international digits, with or without a plus sign.</param>
    /// <param name="userData">TP-UD with its header, up to 140 octets.</param>
    public SubmitSm Compose(string msisdn, Octets userData)
    {
        List<Tlv> tlvs = [];
        if (DestinationSubunit is { } subunit)
        {
            tlvs.Add(new(TlvTag.DestinationSubunit, Octets.Copy([subunit])));
        }

        if (UseMessagePayload)
        {
            tlvs.Add(new(TlvTag.MessagePayload, userData));
        }

        return new()
        {
            ServiceType = ServiceType,
            Source = new(SourceTon, SourceNpi, SourceAddress),
            Destination = SmppAddress.International(msisdn),
            EsmClass = EsmClass,
            ProtocolId = ProtocolId,
            ValidityPeriod = ValidityPeriod is { } validity ? SmppTime.Relative(validity) : "",
            RegisteredDelivery = RegisteredDelivery,
            DataCoding = DataCoding,
            ShortMessage = UseMessagePayload ? Octets.Empty : userData,
            Tlvs = TlvList.Of([.. tlvs]),
        };
    }

    internal SmppSessionOptions ToSessionOptions() => new()
    {
        WindowSize = WindowSize,
        MaxConcurrentRequests = MaxDeliveries,
        EnquireLinkInterval = EnquireLinkInterval,
        EnquireLinkTimeout = EnquireLinkTimeout,
        PduTimeout = EnquireLinkTimeout,
        ResponseTimeout = ResponseTimeout,
    };
}
