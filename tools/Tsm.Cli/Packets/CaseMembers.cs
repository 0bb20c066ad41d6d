using System.Globalization;
using System.Text.Json;
using Tsm.Security.Scp80;

namespace Tsm.Cli.Packets;

/// <summary>The members of a case, each with a clear refusal. Members that nobody asks for are ignored.</summary>
internal readonly struct CaseMembers(JsonElement root, string path = "")
{
    private static readonly (string Name, PacketDialect Dialect)[] Transports =
    [
        ("SMS-PP", PacketDialect.SmsPp), ("SMS-CB", PacketDialect.SmsCb), ("CAT_TP", PacketDialect.CatTp),
        ("TCP/IP", PacketDialect.TcpIp), ("HTTPS", PacketDialect.TcpIp), ("USSD", PacketDialect.Ussd),
    ];

    /// <summary>Octets of a fixed length.</summary>
    public byte[] Octets(string name, int length)
    {
        byte[] octets = Octets(name);
        return octets.Length == length
            ? octets
            : throw Fault("BAD_MEMBER", name, $"{Full(name)} has {Count(octets.Length)}, not {Count(length)}.", $"Give {Full(name)} in {2 * length} hexadecimal digits.");
    }

    /// <summary>Octets of any length; the member must be there.</summary>
    public byte[] Octets(string name) => OctetsOrNull(name)
        ?? throw Fault("MISSING_MEMBER", name, $"{Full(name)} is missing.", $"Give {Full(name)} in hexadecimal.");

    /// <summary>Octets of any length, or null where there is no such member.</summary>
    public byte[]? OctetsOrNull(string name) => Find(name) is { } value ? Hex(value, name) : null;

    /// <summary>A whole number, or null where there is no such member.</summary>
    public int? NumberOrNull(string name, int from, int to)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        bool isNumber = value.ValueKind == JsonValueKind.Number
            ? value.TryGetInt32(out int number)
            : int.TryParse(Text(value), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
        return isNumber && number >= from && number <= to
            ? number
            : throw Fault("BAD_MEMBER", name, $"{Full(name)} is {Shown(value)}.", $"Give a number from {from} to {to}; as a string it is hexadecimal.");
    }

    /// <summary>One of some words, or null where there is no such member.</summary>
    public string? WordOrNull(string name, params ReadOnlySpan<string> words)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        // Laboratories write SMS-PP, SMS_PP and sms-pp.
        string? text = Text(value)?.Replace('_', '-');
        foreach (string word in words)
        {
            if (string.Equals(word.Replace('_', '-'), text, StringComparison.OrdinalIgnoreCase))
            {
                return word;
            }
        }

        throw Fault("BAD_MEMBER", name, $"{Full(name)} is {Shown(value)}.", $"Give one of {string.Join(", ", words!)}.");
    }

    /// <summary>The road; SMS-PP where none is named.</summary>
    public PacketDialect Transport(string name)
    {
        string? word = WordOrNull(name, [.. Transports.Select(t => t.Name)]);
        return word is null ? PacketDialect.SmsPp : Transports.First(t => t.Name == word).Dialect;
    }

    /// <summary>A list of octets, or null where there is no such member.</summary>
    public IReadOnlyList<byte[]>? ListOrNull(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0)
        {
            throw Fault("BAD_MEMBER", name, $"{Full(name)} is {Shown(value)}.", $"Give {Full(name)} as a list of hexadecimal strings, one for each TP-UD.");
        }

        var list = new List<byte[]>(value.GetArrayLength());
        foreach (JsonElement element in value.EnumerateArray())
        {
            list.Add(Hex(element, $"{name}[{list.Count}]"));
        }

        return list;
    }

    /// <summary>The members of a member; empty where there is none.</summary>
    public CaseMembers Inner(string name) => Find(name) switch
    {
        null => default,
        { ValueKind: JsonValueKind.Object } value => new(value, Full(name) + "."),
        { } value => throw Fault("BAD_MEMBER", name, $"{Full(name)} is {Shown(value)}.", $"Give {Full(name)} as an object."),
    };

    public CaseFault Fault(string code, string name, string meaning, string next) => CaseFault.OfMember(code, Full(name), meaning, next);

    private static string Count(int octets) => octets == 1 ? "1 octet" : $"{octets} octets";

    private static string? Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    // A key may stand in the wrong place: no value that is as long as one is shown.
    private static string Shown(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        _ when value.GetRawText() is { Length: < 16 } text => text,
        JsonValueKind.String => "a string of another kind",
        _ => "something else",
    };

    private JsonElement? Find(string name) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    private byte[] Hex(JsonElement value, string name)
    {
        string? text = Text(value);
        try
        {
            return Convert.FromHexString(text ?? throw new FormatException());
        }
        catch (FormatException)
        {
            string what = text is null ? Shown(value)
                : text.Length % 2 != 0 ? $"{text.Length} digits long, which is half an octet too much"
                : "not hexadecimal throughout";
            throw Fault("BAD_MEMBER", name, $"{Full(name)} is {what}.", $"Give {Full(name)} as a string of pairs of hexadecimal digits.");
        }
    }

    private string Full(string name) => path + name;
}
