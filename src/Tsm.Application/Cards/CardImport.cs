using System.Collections.Immutable;
using System.Globalization;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;

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
    /// <inheritdoc/>
    public override string ToString() => $"line {Line}";
}

/// <summary>Checks the lines of an import, all of them, before any card is written.</summary>
public static class CardImport
{
    /// <summary>Octets of a key: two-key 3DES and AES-128.</summary>
    public const int KeyLength = 16;

    /// <summary>The highest counter a card may start from: 2^40-1 would block it for good (TS 102 225 §5.1.4).</summary>
    public const ulong MaxCounter = (1UL << 40) - 257;

    /// <summary>Checks every line and every value; the cards are complete only when there are no faults.</summary>
    /// <param name="rows">The lines.</param>
    /// <param name="models">The card models of the tenant.</param>
    public static (ImmutableArray<CheckedCard> Cards, ImmutableArray<CardImportFault> Faults) Check(
        IReadOnlyList<CardImportRow> rows, IReadOnlyCollection<CardModel> models)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(models);
        var byName = models.ToDictionary(m => m.Name, StringComparer.Ordinal);
        var faults = ImmutableArray.CreateBuilder<CardImportFault>();
        var cards = ImmutableArray.CreateBuilder<CheckedCard>(rows.Count);
        Dictionary<string, int> iccids = new(StringComparer.Ordinal);
        Dictionary<string, int> msisdns = new(StringComparer.Ordinal);
        foreach (CardImportRow row in rows)
        {
            int before = faults.Count;
            string iccid = Identifier("iccid", row.Line, ParseIccid(row.Iccid), iccids, faults);
            string msisdn = Identifier("msisdn", row.Line, ParseMsisdn(row.Msisdn), msisdns, faults);
            CardModel? model = Model(row, byName, faults);
            int version = KeyVersion(row, faults);
            Octets kic = Key(row.Line, "kic", row.Kic, required: true, faults);
            Octets kid = Key(row.Line, "kid", row.Kid, required: true, faults);
            Octets dek = Key(row.Line, "dek", row.Dek, required: false, faults);
            ulong counter = Counter(row, faults);
            if (faults.Count == before && model is not null)
            {
                cards.Add(new(row.Line, iccid, msisdn, model, version, kic, kid, dek, counter));
            }
        }

        return (cards.ToImmutable(), faults.ToImmutable());
    }

    /// <summary>The faults of cards whose ICCID or MSISDN another card has already.</summary>
    public static ImmutableArray<CardImportFault> Taken(
        IEnumerable<CheckedCard> cards, IReadOnlySet<(string Kind, string Value)> taken)
    {
        ArgumentNullException.ThrowIfNull(cards);
        ArgumentNullException.ThrowIfNull(taken);
        return
        [
            .. cards.SelectMany(c => new[] { (c.Line, Kind: "iccid", Value: c.Iccid), (c.Line, Kind: "msisdn", Value: c.Msisdn) })
                .Where(a => taken.Contains((a.Kind, a.Value)))
                .Select(a => TakenFault(a.Line, a.Kind, a.Value)),
        ];
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

    private static string Identifier(
        string column,
        int line,
        (string? Value, string Problem) parsed,
        Dictionary<string, int> seen,
        ImmutableArray<CardImportFault>.Builder faults)
    {
        string code = column.ToUpperInvariant();
        if (parsed.Value is not string value)
        {
            faults.Add(new(line, column, $"{code}_INVALID", parsed.Problem, column is "iccid"
                ? "Copy it from the card's body or the delivery note, with its check digit."
                : "Write it with country code, digits only, such as 491701234567."));
            return "";
        }

        if (!seen.TryAdd(value, line))
        {
            faults.Add(new(line, column, $"{code}_REPEATED", $"{value} stands in line {seen[value]} already.", "Take one of the two lines out."));
        }

        return value;
    }

    private static CardModel? Model(
        CardImportRow row, Dictionary<string, CardModel> models, ImmutableArray<CardImportFault>.Builder faults)
    {
        if (models.TryGetValue(row.Model, out CardModel? model))
        {
            return model;
        }

        string known = string.Join(", ", models.Keys.Order(StringComparer.Ordinal).Take(10));
        faults.Add(new(row.Line, "model", "CARD_MODEL_UNKNOWN", $"No card model is called {Shown(row.Model)}.", $"Take one of {known}, or declare the model first."));
        return null;
    }

    // TS 102 225 §5.1.2: the indication of the keys to be used has four bits, and 0 says none.
    private static int KeyVersion(CardImportRow row, ImmutableArray<CardImportFault>.Builder faults)
    {
        if (int.TryParse(row.Kvn, NumberStyles.None, CultureInfo.InvariantCulture, out int version) && version is >= 1 and <= 15)
        {
            return version;
        }

        faults.Add(new(row.Line, "kvn", "KVN_INVALID", $"{Shown(row.Kvn)} is no key version.", "Write a decimal number from 1 to 15."));
        return 0;
    }

    private static Octets Key(int line, string column, string text, bool required, ImmutableArray<CardImportFault>.Builder faults)
    {
        if (text.Length == 0)
        {
            if (required)
            {
                faults.Add(new(line, column, "KEY_MISSING", "The key is missing.", $"Write {KeyLength * 2} hexadecimal digits."));
            }

            return default;
        }

        if (!Octets.TryParse(text, out Octets key))
        {
            faults.Add(new(line, column, "KEY_NOT_HEX", "The key is not hexadecimal.", $"Write {KeyLength * 2} hexadecimal digits."));
        }
        else if (key.Length != KeyLength)
        {
            faults.Add(new(
                line,
                column,
                "KEY_LENGTH_WRONG",
                $"The key has {key.Length} octets, but the model's keys have {KeyLength}.",
                $"Write {KeyLength * 2} hexadecimal digits; an 8-octet DES key is not supported."));
        }

        return key;
    }

    private static ulong Counter(CardImportRow row, ImmutableArray<CardImportFault>.Builder faults)
    {
        if (row.Counter.Length == 0)
        {
            return 0;
        }

        if (ulong.TryParse(row.Counter, NumberStyles.None, CultureInfo.InvariantCulture, out ulong counter) && counter <= MaxCounter)
        {
            return counter;
        }

        faults.Add(new(
            row.Line,
            "counter",
            "COUNTER_INVALID",
            $"{Shown(row.Counter)} is no counter.",
            $"Write the last counter the card has seen, a decimal number from 0 to {MaxCounter}, or leave it empty for 0."));
        return 0;
    }
}
