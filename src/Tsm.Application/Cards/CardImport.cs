using System.Collections.Immutable;
using System.Globalization;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Security.Keys;

namespace Tsm.Application.Cards;

/// <summary>A line of an import as it was read: texts, nothing checked. Its keys are secret: it prints as its line alone.</summary>
/// <param name="Line">The line of the file, 1 for the header.</param>
public sealed record CardImportRow(
    int Line, string Iccid, string Msisdn, string Model, string Kvn, string Kic, string Kid, string Dek, string Counter)
{
    /// <inheritdoc/>
    public override string ToString() => $"line {Line}";
}

/// <summary>What is wrong with one value of an import.</summary>
/// <param name="Line">The line of the file, 1 for the header.</param>
/// <param name="Column">The column, or null when the whole line is meant.</param>
/// <param name="Code">What programs compare, in upper case.</param>
/// <param name="Problem">What is wrong; never a key.</param>
/// <param name="Next">What to do.</param>
public sealed record CardImportFault(int Line, string? Column, string Code, string Problem, string Next);

/// <summary>A line that is right. Its keys are secret: it prints as its line alone.</summary>
public sealed record CheckedCard(
    int Line, string Iccid, string Msisdn, CardModel Model, int KeyVersion, Octets Kic, Octets Kid, Octets Dek, ulong Counter)
{
    /// <summary>What it is called by: kind and value of its aliases.</summary>
    public IEnumerable<(string Kind, string Value)> Names => [("iccid", Iccid), ("msisdn", Msisdn)];

    /// <inheritdoc/>
    public override string ToString() => $"line {Line}";
}

/// <summary>
/// Checks the lines of an import one after the other, all of them, before any card is written. What it keeps of a line that is
/// right is which ICCID and which number stood there.
/// </summary>
/// <param name="models">The card models of the tenant.</param>
public sealed class CardImport(IEnumerable<CardModel> models)
{
    /// <summary>The highest counter a card may start from: 2^40-1 would block it for good (TS 102 225 §5.1.4).</summary>
    public const ulong MaxCounter = (1UL << 40) - 257;

    private readonly Dictionary<string, CardModel> _models = models.ToDictionary(m => m.Name, StringComparer.Ordinal);
    private readonly Dictionary<UInt128, int> _iccids = [];
    private readonly Dictionary<UInt128, int> _msisdns = [];

    /// <summary>What was wrong so far.</summary>
    public CardImportFaults Faults { get; } = new();

    /// <summary>Checks every value of a line; null, and there are more faults, when one is wrong.</summary>
    public CheckedCard? Check(CardImportRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        int before = Faults.Count;
        string iccid = Identifier("iccid", row.Line, ParseIccid(row.Iccid), _iccids);
        string msisdn = Identifier("msisdn", row.Line, ParseMsisdn(row.Msisdn), _msisdns);
        CardModel? model = Model(row);
        int version = KeyVersion(row);
        Octets kic = Key(row.Line, "kic", row.Kic, model, required: true);
        Octets kid = Key(row.Line, "kid", row.Kid, model, required: true);
        Octets dek = Key(row.Line, "dek", row.Dek, model, required: false);
        ulong counter = Counter(row);
        return Faults.Count == before && model is not null
            ? new(row.Line, iccid, msisdn, model, version, kic, kid, dek, counter)
            : null;
    }

    /// <summary>Notes cards whose ICCID or MSISDN another card has already.</summary>
    public void Refuse(IEnumerable<CheckedCard> cards, IReadOnlySet<(string Kind, string Value)> taken)
    {
        ArgumentNullException.ThrowIfNull(cards);
        ArgumentNullException.ThrowIfNull(taken);
        foreach (CheckedCard card in cards)
        {
            foreach ((string kind, string value) in card.Names.Where(taken.Contains))
            {
                Faults.Add(TakenFault(card.Line, kind, value));
            }
        }
    }

    /// <summary>Notes that another card has an ICCID or MSISDN of this file already.</summary>
    public void Refuse(string kind, string value)
    {
        int line = (kind is "iccid" ? _iccids : _msisdns).GetValueOrDefault(Packed(value));
        Faults.Add(TakenFault(line, kind, value));
    }

    private static CardImportFault TakenFault(int line, string kind, string value) => kind is "iccid"
        ? new(line, kind, "ICCID_TAKEN", $"The card {value} is there already.", "Take the line out: an import adds cards, it does not change them.")
        : new(line, kind, "MSISDN_TAKEN", $"The number {value} belongs to another card.", "Correct the number: a number leads to one card at a time.");

    private static (string? Value, string Problem) ParseIccid(string text) =>
        Iccid.TryParse(text, out Iccid iccid, out string problem) ? (iccid.Digits, "") : (null, Safe(text, problem, "An ICCID"));

    private static (string? Value, string Problem) ParseMsisdn(string text) =>
        Msisdn.TryParse(text, out Msisdn msisdn, out string problem) ? (msisdn.Digits, "") : (null, Safe(text, problem, "A number"));

    // With shifted columns a key stands where another value should: what may be one is not repeated.
    private static bool MayBeKey(string text) =>
        text.Length > 64 || (text.Length >= 16 && text.All(char.IsAsciiHexDigit) && (text.Length > 20 || !text.All(char.IsAsciiDigit)));

    private static string Safe(string text, string problem, string what) =>
        MayBeKey(text) ? $"{what} does not have {text.Length} hexadecimal digits; are the columns in the order of the header?" : problem;

    private static string Shown(string text) => MayBeKey(text) ? $"a text of {text.Length} characters" : $"'{text}'";

    private string Identifier(string column, int line, (string? Value, string Problem) parsed, Dictionary<UInt128, int> seen)
    {
        string code = column.ToUpperInvariant();
        if (parsed.Value is not string value)
        {
            Faults.Add(new(line, column, $"{code}_INVALID", parsed.Problem, column is "iccid"
                ? "Copy it from the card's body or the delivery note, with its check digit."
                : "Write it with country code, digits only, such as 491701234567."));
            return "";
        }

        UInt128 packed = Packed(value);
        if (!seen.TryAdd(packed, line))
        {
            Faults.Add(new(line, column, $"{code}_REPEATED", $"{value} stands in line {seen[packed]} already.", "Take one of the two lines out."));
        }

        return value;
    }

    /// <summary>Up to 20 digits in 16 octets: a million of them are remembered. The digit in front keeps zeros apart.</summary>
    private static UInt128 Packed(string digits) => UInt128.Parse($"1{digits}", NumberStyles.None, CultureInfo.InvariantCulture);

    private CardModel? Model(CardImportRow row)
    {
        if (_models.TryGetValue(row.Model, out CardModel? model))
        {
            return model;
        }

        string known = string.Join(", ", _models.Keys.Order(StringComparer.Ordinal).Take(10));
        Faults.Add(new(row.Line, "model", "CARD_MODEL_UNKNOWN", $"No card model is called {Shown(row.Model)}.", $"Take one of {known}, or declare the model first."));
        return null;
    }

    // TS 102 225 §5.1.2: the indication of the keys to be used has four bits, and 0 says none.
    private int KeyVersion(CardImportRow row)
    {
        if (int.TryParse(row.Kvn, NumberStyles.None, CultureInfo.InvariantCulture, out int version) && version is >= 1 and <= 15)
        {
            return version;
        }

        Faults.Add(new(row.Line, "kvn", "KVN_INVALID", $"{Shown(row.Kvn)} is no key version.", "Write a decimal number from 1 to 15."));
        return 0;
    }

    private Octets Key(int line, string column, string text, CardModel? model, bool required)
    {
        if (text.Length == 0)
        {
            if (required)
            {
                Faults.Add(new(line, column, "KEY_MISSING", "The key is missing.", Digits(model)));
            }

            return default;
        }

        if (!Octets.TryParse(text, out Octets key))
        {
            Faults.Add(new(line, column, "KEY_NOT_HEX", "The key is not hexadecimal.", Digits(model)));
        }
        else if (model is not null && !(model.KeyLength is { } only ? key.Length == only : KeyMaterial.LengthsOf(model.Algorithm).Contains(key.Length)))
        {
            Faults.Add(new(
                line,
                column,
                "KEY_LENGTH_WRONG",
                $"The key has {key.Length} octets, but keys of {model.Name} have {AnyOf(Lengths(model), each: 1)}.",
                key.Length == 8 ? $"{Digits(model)} Single DES is not supported." : Digits(model)));
        }

        return key;
    }

    private static string Digits(CardModel? model) => $"Write {AnyOf(Lengths(model), each: 2)} hexadecimal digits.";

    /// <summary>Without a model, which is a fault of its own, a key may be as long as any.</summary>
    private static ImmutableArray<int> Lengths(CardModel? model) =>
        model?.KeyLength is { } only ? [only] : KeyMaterial.LengthsOf(model?.Algorithm ?? KeyAlgorithm.Aes);

    /// <summary>Such as "16, 24 or 32".</summary>
    private static string AnyOf(ImmutableArray<int> lengths, int each) => lengths.Length == 1
        ? Number(lengths[0] * each)
        : $"{string.Join(", ", lengths[..^1].Select(l => Number(l * each)))} or {Number(lengths[^1] * each)}";

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private ulong Counter(CardImportRow row)
    {
        if (row.Counter.Length == 0)
        {
            return 0;
        }

        if (ulong.TryParse(row.Counter, NumberStyles.None, CultureInfo.InvariantCulture, out ulong counter) && counter <= MaxCounter)
        {
            return counter;
        }

        Faults.Add(new(
            row.Line,
            "counter",
            "COUNTER_INVALID",
            $"{Shown(row.Counter)} is no counter.",
            $"Write the last counter the card has seen, a decimal number from 0 to {MaxCounter}, or leave it empty for 0."));
        return 0;
    }
}
