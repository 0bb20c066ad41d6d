using System.Buffers;
using System.Collections.Immutable;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using CsvHelper;
using Tsm.Application.Cards;

namespace Tsm.Server.Import;

/// <summary>Reads the lines of an import while they arrive. What stands in them is checked elsewhere.</summary>
internal static class CardCsv
{
    /// <summary>The most cards of one file; a limit of ours.</summary>
    public const int MaxCards = 1_000_000;

    /// <summary>The longest line in octets; a limit of ours, so that a file without line ends is no matter of memory.</summary>
    private const int MaxLine = 64 * 1024;

    private static readonly ImmutableArray<string> Columns = ["iccid", "msisdn", "model", "kvn", "kic", "kid", "dek", "counter"];
    private static readonly ImmutableArray<string> Optional = ["dek", "counter"];

    /// <summary>Reads all lines; lines that cannot be read are faults.</summary>
    public static async IAsyncEnumerable<CardImportRow> ReadAsync(
        Stream body, CardImportFaults faults, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        PipeReader input = PipeReader.Create(body, new(leaveOpen: true));
        char separator = await SeparatorAsync(input, cancellationToken);
        await using var lines = new Lines(input.AsStream(), separator, faults);
        if (!await lines.NextAsync(cancellationToken))
        {
            if (faults.Count == 0)
            {
                faults.Add(new(1, null, "FILE_EMPTY", "The file is empty.", $"Begin with the header line {string.Join(',', Columns)}."));
            }

            yield break;
        }

        CsvReader csv = lines.Csv;
        string[] names = [.. Enumerable.Range(0, csv.FieldCount).Select(i => csv.GetString(i).Trim('\uFEFF').ToLowerInvariant())];
        if (AreFaults(HeaderFaults((int)csv.LineNumber, names), faults))
        {
            // Without knowing what the columns are, nothing can be said of the lines.
            yield break;
        }

        int[] places = [.. Columns.Select(c => Array.IndexOf(names, c))];
        int count = 0;
        while (count <= MaxCards && await lines.NextAsync(cancellationToken))
        {
            count++;
            if (Fault(csv, lines.IsMisquoted, names.Length, separator) is { } fault)
            {
                faults.Add(fault);
                continue;
            }

            string Value(int column) => places[column] < 0 ? "" : csv.GetString(places[column]);
            yield return new((int)csv.LineNumber, Value(0), Value(1), Value(2), Value(3), Value(4), Value(5), Value(6), Value(7));
        }

        AreFaults(CountFaults(count, faults.Count), faults);
    }

    private static bool AreFaults(IEnumerable<CardImportFault> found, CardImportFaults faults)
    {
        int before = faults.Count;
        foreach (CardImportFault fault in found)
        {
            faults.Add(fault);
        }

        return faults.Count > before;
    }

    private static IEnumerable<CardImportFault> CountFaults(int lines, int faults)
    {
        if (lines == 0 && faults == 0)
        {
            yield return new(1, null, "FILE_EMPTY", "No card follows the header line.", "Add a line for each card.");
        }
        else if (lines > MaxCards)
        {
            yield return new(1, null, "FILE_TOO_LONG", $"The file has more than {MaxCards} cards.", "Split it into several files.");
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
    private static async Task<char> SeparatorAsync(PipeReader input, CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult read = await input.ReadAsync(cancellationToken);
            bool whole = read.IsCompleted || read.Buffer.Length > MaxLine;
            char? found = Separator(read.Buffer.Slice(0, Math.Min(read.Buffer.Length, MaxLine)).ToArray(), whole);
            input.AdvanceTo(read.Buffer.Start, found is null ? read.Buffer.End : read.Buffer.Start);
            if (found is { } separator)
            {
                return separator;
            }
        }
    }

    private static char? Separator(ReadOnlySpan<byte> octets, bool whole)
    {
        octets = octets.TrimStart("\r\n \t\uFEFF"u8);
        int end = octets.IndexOfAny((byte)'\r', (byte)'\n');
        ReadOnlySpan<byte> header = end < 0 ? octets : octets[..end];
        return end < 0 && !whole ? null : header.Contains((byte)';') ? ';' : header.Contains((byte)'\t') ? '\t' : ',';
    }

    private static string Name(char separator) => separator == '\t' ? "tab" : separator.ToString();

    /// <summary>The lines of a file and what the reader found wrong with them.</summary>
    private sealed class Lines : IAsyncDisposable
    {
        private readonly CardImportFaults _faults;

        public Lines(Stream input, char separator, CardImportFaults faults)
        {
            _faults = faults;
            Csv = CsvReader.Create(input, new()
            {
                Separator = separator,
                HasHeader = false,
                TrimWhitespace = true,
                SkipEmptyLines = true,
                AllowLineBreaksInQuotes = false,
                TrackLineNumbers = true,
                IncludeValuesInExceptions = false,
                MaxRecordSize = MaxLine,
                OnMalformedRecord = _ => IsMisquoted = true,
            });
        }

        public CsvReader Csv { get; }

        /// <summary>Whether a quotation mark stands in the line where none may.</summary>
        public bool IsMisquoted { get; private set; }

        /// <summary>Goes to the next line; false at the end, and after a line that is too long, which is a fault.</summary>
        public async ValueTask<bool> NextAsync(CancellationToken cancellationToken)
        {
            IsMisquoted = false;
            try
            {
                return await Csv.ReadAsync(cancellationToken);
            }
            catch (CsvFormatException)
            {
                _faults.Add(new(
                    (int)Csv.LineNumber + 1, null, "LINE_TOO_LONG", $"The line has more than {MaxLine} octets.", "Write one card in each line."));
                return false;
            }
        }

        public ValueTask DisposeAsync() => Csv.DisposeAsync();
    }
}
