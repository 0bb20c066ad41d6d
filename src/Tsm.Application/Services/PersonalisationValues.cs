using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Tsm.Application.Jobs;
using Tsm.Card.Encoding;

namespace Tsm.Application.Services;

/// <summary>What an application server has allocated, by name: clear octets, zeroed when this is disposed.</summary>
public sealed class PersonalisationValues : IDisposable
{
    /// <summary>The longest value, in octets.</summary>
    public const int MaxLength = 1024;

    private readonly Dictionary<string, byte[]> _values = new(StringComparer.Ordinal);

    /// <summary>The names of all values.</summary>
    public IReadOnlyCollection<string> Names => _values.Keys;

    /// <summary>Reads values from hexadecimal digits.</summary>
    /// <param name="hex">Hexadecimal digits by name.</param>
    /// <param name="values">The values; null when one of them is none.</param>
    /// <param name="problem">Which is none; it names the variable and never says what it is.</param>
    public static bool TryRead(
        IEnumerable<KeyValuePair<string, string>> hex,
        [NotNullWhen(true)] out PersonalisationValues? values,
        [NotNullWhen(false)] out Problem? problem)
    {
        ArgumentNullException.ThrowIfNull(hex);
        problem = null;
        values = new();
        foreach ((string name, string digits) in hex)
        {
            problem = !TemplateText.IsVariable(name) ? PersonalisationProblems.NameInvalid()
                : digits is null || digits.Length % 2 != 0 || !digits.All(char.IsAsciiHexDigit) ? PersonalisationProblems.ValueInvalid(name)
                : digits.Length / 2 > MaxLength ? PersonalisationProblems.TooLong(name, MaxLength)
                : null;
            if (problem is not null)
            {
                values.Dispose();
                values = null;
                return false;
            }

            values.Set(name, Convert.FromHexString(digits!));
        }

        return true;
    }

    /// <summary>Takes a value, which nobody else keeps.</summary>
    public void Set(string name, byte[] octets)
    {
        ArgumentNullException.ThrowIfNull(octets);
        if (_values.TryGetValue(name, out byte[]? old))
        {
            CryptographicOperations.ZeroMemory(old);
        }

        _values[name] = octets;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (byte[] value in _values.Values)
        {
            CryptographicOperations.ZeroMemory(value);
        }

        _values.Clear();
    }

    internal bool TryFind(string name, out ReadOnlySpan<byte> value)
    {
        bool found = _values.TryGetValue(name, out byte[]? octets);
        value = octets;
        return found;
    }
}

/// <summary>What the server knows of the card that is personalised.</summary>
/// <param name="Iccid">The digits of its ICCID.</param>
/// <param name="Msisdn">The digits of its number, international, without <c>+</c>; null when it has none.</param>
public sealed record CardFacts(string Iccid, string? Msisdn)
{
    /// <summary>The value of a variable; empty when the card has none.</summary>
    internal Octets Value(string variable) => variable switch
    {
        TemplateText.Iccid => Bcd.Encode(Iccid, Tsm.Card.Identifiers.Iccid.FileLength),
        TemplateText.Msisdn when Msisdn is not null => Bcd.Encode(Msisdn),
        _ => default,
    };
}
