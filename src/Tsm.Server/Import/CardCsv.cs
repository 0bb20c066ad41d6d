using System.Collections.Immutable;
using System.Text;
using CsvHelper;
using Tsm.Application.Cards;

namespace Tsm.Server.Import;

/// <summary>Reads the lines of an import. What stands in them is checked elsewhere.</summary>
internal static class CardCsv
{
    /// <summary>The most cards of one file; a limit of ours.</summary>
    public const int MaxCards = 100_000;

    private static readonly ImmutableArray<string> Columns = ["iccid", "msisdn", "model", "kvn", "kic", "kid", "dek", "counter"];
    private static readonly ImmutableArray<string> Optional = ["dek", "counter"];

    /// <summary>Reads all lines; lines that cannot be read are faults.</summary>
    public static async Task<(IReadOnlyList<CardImportRow> Rows, IReadOnlyList<CardImportFault> Faults)> ReadAsync(
        Stream body, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(body, Encoding.UTF8);
        string text = await reader.ReadToEndAsync(cancellationToken);
        return Read(text);
    }

    private static (IReadOnlyList<CardImportRow> Rows, IReadOnlyList<CardImportFault> Faults) Read(string text)
    {
        bool misquoted = false;
        char separator = Separator(text);
        using CsvReader csv = CsvReader.FromText(text, new()
        {
            Separator = separator,
            HasHeader = false,
            TrimWhitespace = true,
            SkipEmptyLines = true,
            AllowLineBreaksInQuotes = false,
            TrackLineNumbers = true,
            IncludeValuesInExceptions = false,
            OnMalformedRecord = _ => misquoted = true,
        });
        if (!csv.Read())
        {
            return ([], [new(1, null, "FILE_EMPTY", "The file is empty.", $"Begin with the header line {string.Join(',', Columns)}.")]);
        }

        string[] names = [.. Enumerable.Range(0, csv.FieldCount).Select(i => csv.GetString(i).Trim('\uFEFF').ToLowerInvariant())];
        List<CardImportFault> faults = [.. HeaderFaults((int)csv.LineNumber, names)];
        if (faults.Count > 0)
        {
            // Without knowing what the columns are, nothing can be said of the lines.
            return ([], faults);
        }

        List<CardImportRow> rows = [];
        int[] places = [.. Columns.Select(c => Array.IndexOf(names, c))];
        while (rows.Count + faults.Count <= MaxCards && Next())
        {
            if (Fault(csv, misquoted, names.Length, separator) is { } fault)
            {
                faults.Add(fault);
                continue;
            }

            string[] values = [.. places.Select(p => p < 0 ? "" : csv.GetString(p))];
            rows.Add(new((int)csv.LineNumber, values[0], values[1], values[2], values[3], values[4], values[5], values[6], values[7]));
        }

        faults.AddRange(CountFaults(rows.Count + faults.Count));
        return (rows, faults);

        bool Next()
        {
            misquoted = false;
            return csv.Read();
        }
    }

    private static CardImportFault? Fault(CsvReader csv, bool misquoted, int columns, char separator) => (int)csv.LineNumber switch
    {
        int line when misquoted =>
            new(line, null, "QUOTES_WRONG", "A quotation mark stands where none may.", "Write values without quotation marks."),
        int line when csv.FieldCount != columns => new(
            line,
            null,
            "COLUMN_COUNT_WRONG",
            $"The line has {csv.FieldCount} values, but the header has {columns} columns.",
            $"Write one value for each column, parted by '{Name(separator)}'; a value may be empty."),
        _ => null,
    };

    private static IEnumerable<CardImportFault> CountFaults(int lines)
    {
        if (lines == 0)
        {
            yield return new(1, null, "FILE_EMPTY", "No card follows the header line.", "Add a line for each card.");
        }
        else if (lines > MaxCards)
        {
            yield return new(1, null, "FILE_TOO_LONG", $"The file has more than {MaxCards} cards.", "Split it into several files.");
        }
    }

    private static IEnumerable<CardImportFault> HeaderFaults(int line, string[] names)
    {
        foreach (string column in Columns.Except(Optional, StringComparer.Ordinal).Except(names, StringComparer.Ordinal))
        {
            yield return new(line, column, "COLUMN_MISSING", $"The column {column} is missing.", $"Begin with the header line {string.Join(',', Columns)}.");
        }

        foreach (string name in names.Except(Columns, StringComparer.Ordinal))
        {
            // A file without a header may have a key here.
            string shown = name.Length < 16 ? $"'{name}'" : $"of {name.Length} characters";
            yield return new(line, null, "COLUMN_UNKNOWN", $"The column {shown} is unknown.", $"Known are {string.Join(", ", Columns)}; leave others out.");
        }

        foreach (string name in names.Intersect(Columns, StringComparer.Ordinal).Where(n => names.Count(m => string.Equals(m, n, StringComparison.Ordinal)) > 1))
        {
            yield return new(line, name, "COLUMN_REPEATED", $"The column {name} stands there twice.", "Leave one of them out.");
        }
    }

    // Of the separators that are taken, the one that is in the header line; none of them can be part of a column's name.
    private static char Separator(string text)
    {
        ReadOnlySpan<char> header = text.AsSpan().TrimStart();
        int end = header.IndexOfAny('\r', '\n');
        header = end < 0 ? header : header[..end];
        return header.Contains(';') ? ';' : header.Contains('\t') ? '\t' : ',';
    }

    private static string Name(char separator) => separator == '\t' ? "tab" : separator.ToString();
}
