using System.Collections.Immutable;
using Tsm.Card.Identifiers;
using Tsm.Card.SimFiles;

namespace Tsm.Card.BlankCards;

/// <summary>What is written to one blank card. Its secrets do not print.</summary>
/// <remarks>What is null, empty or not set is left as it is on the card.</remarks>
public sealed record SubscriptionRow
{
    /// <summary>The card; where a model cannot write it, it is compared before anything is written.</summary>
    public Iccid? Iccid { get; init; }

    /// <summary>The subscription.</summary>
    public required Imsi Imsi { get; init; }

    /// <summary>The digits of the MNC in the IMSI, 2 or 3. Default 2.</summary>
    public int MncLength { get; init; } = 2;

    /// <summary>The administrative code of the card as it is now.</summary>
    public required Pin Adm1 { get; init; }

    /// <summary>Ki.</summary>
    public SubscriberKey Ki { get; init; }

    /// <summary>OPc; OP itself never goes to a card.</summary>
    public SubscriberKey Opc { get; init; }

    /// <summary>The access classes. Default: the one of the last digit of the IMSI.</summary>
    public AccessControlClasses? AccessClasses { get; init; }

    /// <summary>The number of the subscriber.</summary>
    public Msisdn? Msisdn { get; init; }

    /// <summary>The service centre of the messages that the card or its phone sends.</summary>
    public DialledNumber? ServiceCentre { get; init; }

    /// <summary>The name of the provider and when it is shown.</summary>
    public ServiceProviderName? ProviderName { get; init; }

    /// <summary>The home networks with access technologies (EF_HPLMNwAcT).</summary>
    public ImmutableArray<PlmnEntry> HomeNetworks { get; init; } = [];

    /// <summary>The networks of the operator with access technologies (EF_OPLMNwAcT).</summary>
    public ImmutableArray<PlmnEntry> OperatorNetworks { get; init; } = [];

    /// <summary>The networks of the user with access technologies (EF_PLMNwAcT).</summary>
    public ImmutableArray<PlmnEntry> UserNetworks { get; init; } = [];

    /// <summary>The networks that are equivalent to the home network (EF_EHPLMN).</summary>
    public ImmutableArray<Plmn> EquivalentNetworks { get; init; } = [];

    /// <summary>Whether the phone asks for PIN 1. Default: no.</summary>
    public bool Pin1Enabled { get; init; }

    /// <summary>PIN 1 and its PUK.</summary>
    public Pin Pin1 { get; init; }

    /// <summary>The PUK of PIN 1, eight digits.</summary>
    public Pin Puk1 { get; init; }

    /// <summary>PIN 2.</summary>
    public Pin Pin2 { get; init; }

    /// <summary>The PUK of PIN 2, eight digits.</summary>
    public Pin Puk2 { get; init; }

    /// <summary>Reads a row of a table by the names of its columns, without regard to case.</summary>
    /// <param name="columns">
    /// <c>iccid</c>, <c>imsi</c>, <c>mnclen</c>, <c>adm1</c> (8 digits, or 16 hexadecimal ones), <c>ki</c>, <c>opc</c>, <c>acc</c>
    /// (hexadecimal), <c>msisdn</c>, <c>smsc</c>, <c>spn</c>, <c>pin1</c>, <c>puk1</c>, <c>pin2</c>, <c>puk2</c>; others are ignored.
    /// </param>
    /// <param name="row">The row, or null.</param>
    /// <param name="problem">Empty, or one sentence on what is wrong; it quotes no secret.</param>
    public static bool TryRead(IEnumerable<KeyValuePair<string, string>> columns, out SubscriptionRow? row, out string problem)
    {
        ArgumentNullException.ThrowIfNull(columns);
        row = null;
        var reader = new RowReader(columns);
        SubscriptionRow read = new()
        {
            Imsi = reader.Imsi(),
            Adm1 = reader.Adm("adm1"),
            Iccid = reader.Iccid(),
            MncLength = reader.MncLength(),
            Ki = reader.Key("ki"),
            Opc = reader.Key("opc"),
            AccessClasses = reader.AccessClasses(),
            Msisdn = reader.Msisdn(),
            ServiceCentre = reader.ServiceCentre(),
            ProviderName = reader.ProviderName(),
            Pin1 = reader.Code("pin1"),
            Puk1 = reader.Code("puk1"),
            Pin2 = reader.Code("pin2"),
            Puk2 = reader.Code("puk2"),
        };
        if (read.Ki.IsSet != read.Opc.IsSet)
        {
            reader.Fail("Ki and OPc go together: one of them is missing.");
        }

        problem = reader.Problem;
        row = problem.Length == 0 ? read : null;
        return row is not null;
    }

    /// <summary>The card and the subscription; nothing else.</summary>
    public override string ToString() => $"ICCID {Iccid?.ToString() ?? "unknown"}, IMSI {Imsi}";
}
