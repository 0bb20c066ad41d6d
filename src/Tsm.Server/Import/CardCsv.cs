using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;
using Tsm.Application.Cards;

namespace Tsm.Server.Import;

/// <summary>Reads the lines of an import. What stands in them is checked elsewhere.</summary>
internal static class CardCsv
{
    /// <summary>The most cards of one file; a limit of ours.</summary>
    public const int MaxCards = 100_000;

    private const int MaxFieldLength = 256;
    private static readonly ImmutableArray<string> Columns = ["iccid", "msisdn", "model", "kvn", "kic", "kid", "dek", "counter"];
    private static readonly ImmutableArray<string> Optional = ["dek", "counter"];

    /// <summary>Reads all lines; lines that cannot be read are faults.</summary>
    public static async Task<(IReadOnlyList<CardImportRow> Rows, IReadOnlyList<CardImportFault> Faults)> ReadAsync(
        Stream body, CancellationToken cancellationToken)
    {
        using var text = new StreamReader(body, Encoding.UTF8);
        string? header = await text.ReadLineAsync(cancellationToken);
        if (string.IsNullOrWhiteSpace(header))
        {
            return ([], [new(1, null, "FILE_EMPTY", "The file is empty.", $"Begin with the header line {string.Join(',', Columns)}.")]);
        }

        string separator = Separator(header);
        string[] names = [.. header.Split(separator).Select(n => n.Trim().Trim('"').ToLowerInvariant())];
        List<CardImportFault> faults = [.. HeaderFaults(names)];
        return faults.Count > 0 ? ([], faults) : await ReadRowsAsync(text, separator, names, cancellationToken);
    }

    private static async Task<(IReadOnlyList<CardImportRow> Rows, IReadOnlyList<CardImportFault> Faults)> ReadRowsAsync(
        StreamReader text, string separator, string[] names, CancellationToken cancellationToken)
    {
        List<CardImportRow> rows = [];
        List<CardImportFault> faults = [];
        int[] places = [.. Columns.Select(c => Array.IndexOf(names, c))];
        bool broken = false;
        using var parser = new CsvParser(text, new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            Delimiter = separator,
            HasHeaderRecord = false,
            IgnoreBlankLines = true,
            TrimOptions = TrimOptions.Trim,
            MaxFieldSize = MaxFieldLength,
            BadDataFound = _ => broken = true,
        });
        while (rows.Count + faults.Count <= MaxCards && await TryReadAsync(parser, faults))
        {
            cancellationToken.ThrowIfCancellationRequested();

            // The header line was taken before the parser began to count.
            int line = parser.RawRow + 1;
            string[] fields = parser.Record ?? [];
            if (broken)
            {
                faults.Add(new(line, null, "QUOTES_WRONG", "A quotation mark stands where none may.", "Write values without quotation marks."));
                broken = false;
            }
            else if (fields.Length != names.Length)
            {
                faults.Add(new(
                    line,
                    null,
                    "COLUMN_COUNT_WRONG",
                    $"The line has {fields.Length} values, but the header has {names.Length} columns.",
                    $"Write one value for each column, parted by '{Name(separator)}'; a value may be empty."));
            }
            else
            {
                string[] values = [.. places.Select(p => p < 0 ? "" : fields[p])];
                rows.Add(new(line, values[0], values[1], values[2], values[3], values[4], values[5], values[6], values[7]));
            }
        }

        if (rows.Count + faults.Count > MaxCards)
        {
            faults.Insert(0, new(rows[^1].Line, null, "FILE_TOO_LONG", $"The file has more than {MaxCards} cards.", "Split it into several files."));
        }
        else if (rows.Count + faults.Count == 0)
        {
            faults.Add(new(2, null, "FILE_EMPTY", "No card follows the header line.", "Add a line for each card."));
        }

        return (rows, faults);
    }

    private static async Task<bool> TryReadAsync(CsvParser parser, List<CardImportFault> faults)
    {
        try
        {
            return await parser.ReadAsync();
        }
        catch (CsvHelperException)
        {
            faults.Add(new(
                parser.RawRow + 1,
                null,
                "LINE_UNREADABLE",
                $"The line cannot be read; a value has more than {MaxFieldLength} characters or a quotation mark is not closed.",
                "Correct the line; the lines after it were not checked."));
            return false;
        }
    }

    private static IEnumerable<CardImportFault> HeaderFaults(string[] names)
    {
        foreach (string column in Columns.Except(Optional).Except(names))
        {
            yield return new(1, column, "COLUMN_MISSING", $"The column {column} is missing.", $"Begin with the header line {string.Join(',', Columns)}.");
        }

        foreach (string name in names.Except(Columns))
        {
            // A file without a header may have a key here.
            string shown = name.Length < 16 ? $"'{name}'" : $"of {name.Length} characters";
            yield return new(1, null, "COLUMN_UNKNOWN", $"The column {shown} is unknown.", $"Known are {string.Join(", ", Columns)}; leave others out.");
        }

        foreach (string name in names.Intersect(Columns).Where(n => names.Count(m => string.Equals(m, n, StringComparison.Ordinal)) > 1))
        {
            yield return new(1, name, "COLUMN_REPEATED", $"The column {name} stands there twice.", "Leave one of them out.");
        }
    }

    private static string Separator(string header) =>
        header.Contains(';', StringComparison.Ordinal) ? ";" : header.Contains('\t', StringComparison.Ordinal) ? "\t" : ",";

    private static string Name(string separator) => separator is "\t" ? "tab" : separator;
}
