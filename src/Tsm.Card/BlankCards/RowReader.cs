using System.Globalization;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Card.SimFiles;

namespace Tsm.Card.BlankCards;

/// <summary>Reads the columns of a row and remembers the first problem.</summary>
internal sealed class RowReader(IEnumerable<KeyValuePair<string, string>> columns)
{
    private readonly Dictionary<string, string> _columns = Index(columns);

    public string Problem { get; private set; } = "";

    public void Fail(string problem) => Problem = Problem.Length == 0 ? problem : Problem;

    public Imsi Imsi()
    {
        if (!Identifiers.Imsi.TryParse(Text("imsi"), out Imsi imsi, out string problem))
        {
            Fail(problem);
        }

        return imsi;
    }

    public Iccid? Iccid()
    {
        if (Text("iccid") is not { } text)
        {
            return null;
        }

        if (!Identifiers.Iccid.TryParse(text, out Iccid iccid, out string problem))
        {
            Fail(problem);
        }

        return iccid;
    }

    public Msisdn? Msisdn()
    {
        if (Text("msisdn") is not { } text)
        {
            return null;
        }

        if (!Identifiers.Msisdn.TryParse(text, out Msisdn msisdn, out string problem))
        {
            Fail(problem);
        }

        return msisdn;
    }

    public int MncLength()
    {
        switch (Text("mnclen"))
        {
            case null or "2":
                return 2;
            case "3":
                return 3;
            case { } text:
                Fail($"An MNC has 2 or 3 digits, not {text}.");
                return 2;
        }
    }

    public AccessControlClasses? AccessClasses()
    {
        if (Text("acc") is not { } text)
        {
            return null;
        }

        if (text.Length != 4 || !ushort.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort value))
        {
            Fail($"Access classes are four hexadecimal digits, not '{text}'.");
            return null;
        }

        return new(value);
    }

    public DialledNumber? ServiceCentre()
    {
        if (Text("smsc") is not { } text)
        {
            return null;
        }

        DialledNumber number = DialledNumber.Of(text);
        if (number.Digits.Length is 0 or > 20 || !number.Digits.All(char.IsAsciiDigit))
        {
            Fail($"The number of the service centre has up to 20 digits after a plus sign; '{text}' has not.");
            return null;
        }

        return number;
    }

    public ServiceProviderName? ProviderName()
    {
        if (Text("spn") is not { } text)
        {
            return null;
        }

        try
        {
            return ServiceProviderName.Of(text, DisplayConditions.ShowNetworkAtHome);
        }
        catch (ArgumentException)
        {
            Fail($"The name of the provider '{text}' does not fit 16 octets.");
            return null;
        }
    }

    public SubscriberKey Key(string column)
    {
        string? text = Text(column);
        if (!SubscriberKey.TryParse(text, out SubscriberKey key) && text is not null)
        {
            Fail($"Column {column} is not of 32 hexadecimal digits.");
        }

        return key;
    }

    public Pin Code(string column)
    {
        string? text = Text(column);
        if (!Pin.TryParse(text, out Pin pin) && text is not null)
        {
            Fail($"Column {column} is not of 4 to 8 decimal digits.");
        }

        return pin;
    }

    public Pin Adm(string column)
    {
        string? text = Text(column);
        if (text is { Length: 8 } && Pin.TryParse(text, out Pin pin))
        {
            return pin;
        }

        if (text is { Length: 2 * Pin.Size } && Octets.TryParse(text, out Octets octets))
        {
            return Pin.FromOctets(octets);
        }

        Fail($"Column {column} is not of 8 decimal or 16 hexadecimal digits.");
        return default;
    }

    private string? Text(string column) =>
        _columns.TryGetValue(column, out string? text) && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;

    private static Dictionary<string, string> Index(IEnumerable<KeyValuePair<string, string>> columns)
    {
        var index = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, string value) in columns)
        {
            index[name.Trim()] = value;
        }

        return index;
    }
}
