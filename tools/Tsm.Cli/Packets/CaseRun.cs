using System.Buffers;
using System.Text.Json;

namespace Tsm.Cli.Packets;

/// <summary>Answers cases line by line: one result for each, in their order, as soon as a case has been read.</summary>
/// <param name="answer">Writes the members of a result into an object that is open.</param>
internal sealed class CaseRun(Action<CaseMembers, Utf8JsonWriter> answer)
{
    /// <summary>The longest line, in octets: more than the longest packet takes in hexadecimal with its segments.</summary>
    public const int LongestLine = 1024 * 1024;

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ArrayBufferWriter<byte> _output = new(64 * 1024);
    private byte[] _buffer = new byte[64 * 1024];

    /// <summary>How many cases had no result but an error.</summary>
    public int Refused { get; private set; }

    /// <summary>How many cases there were.</summary>
    public int Cases { get; private set; }

    /// <summary>Reads until the input ends. What has been answered is written before more is waited for.</summary>
    public async Task RunAsync(Stream input, Stream output, CancellationToken cancellationToken)
    {
        using var writer = new Utf8JsonWriter(_output, Relaxed);
        int held = 0;
        bool tooLong = false;
        while (true)
        {
            int read = await input.ReadAsync(_buffer.AsMemory(held), cancellationToken);
            held += read;
            int start = 0;
            for (int end; (end = _buffer.AsSpan(start, held - start).IndexOf((byte)'\n')) >= 0; start += end + 1)
            {
                Answer(writer, _buffer.AsMemory(start, end), ref tooLong);
            }

            held -= start;
            _buffer.AsSpan(start, held).CopyTo(_buffer);
            if (read == 0)
            {
                Answer(writer, _buffer.AsMemory(0, held), ref tooLong);
            }
            else if (held == _buffer.Length)
            {
                MakeRoom(ref held, ref tooLong);
            }

            await output.WriteAsync(_output.WrittenMemory, cancellationToken);
            await output.FlushAsync(cancellationToken);
            _output.ResetWrittenCount();
            if (read == 0)
            {
                return;
            }
        }
    }

    private void MakeRoom(ref int held, ref bool tooLong)
    {
        if (_buffer.Length < LongestLine)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }
        else
        {
            // The rest of the line is read and dropped.
            held = 0;
            tooLong = true;
        }
    }

    private void Answer(Utf8JsonWriter writer, ReadOnlyMemory<byte> line, ref bool tooLong)
    {
        if (!tooLong && line.Span.IndexOfAnyExcept(" \t\r"u8) < 0)
        {
            return;
        }

        Cases++;
        try
        {
            if (tooLong)
            {
                throw new CaseFault("LINE_TOO_LONG", $"The line has more than {LongestLine} octets.", "Give one case a line.");
            }

            Answer(writer, line);
        }
        catch (CaseFault fault)
        {
            // The line could not be read, so there is no identifier to tell.
            writer.WriteStartObject();
            writer.WriteNull("id"u8);
            CaseOutput.Write(writer, fault);
            Refused++;
            End(writer);
        }

        tooLong = false;
    }

    private void Answer(Utf8JsonWriter writer, ReadOnlyMemory<byte> line)
    {
        using JsonDocument document = Parse(line);
        JsonElement root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new CaseFault("BAD_JSON", "The line is JSON, but not an object.", "Give each case as one JSON object on a line of its own.");
        }

        writer.WriteStartObject();
        writer.WritePropertyName("id"u8);
        if (root.TryGetProperty("id"u8, out JsonElement id))
        {
            id.WriteTo(writer);
        }
        else
        {
            writer.WriteNullValue();
        }

        // A result is written when there is all of it: members of one that then fails must not be left behind.
        try
        {
            answer(new(root), writer);
        }
        catch (CaseFault fault)
        {
            CaseOutput.Write(writer, fault);
            Refused++;
        }

        End(writer);
    }

    private void End(Utf8JsonWriter writer)
    {
        writer.WriteEndObject();
        writer.Flush();
        writer.Reset();
        _output.Write("\n"u8);
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> line)
    {
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        try
        {
            return JsonDocument.Parse(line.Span.StartsWith(mark) ? line[mark.Length..] : line);
        }
        catch (JsonException fault)
        {
            string place = fault.BytePositionInLine is { } position ? $" at octet {position}" : "";
            throw new CaseFault("BAD_JSON", $"The line is no JSON{place}.", "Give each case as one JSON object on a line of its own.");
        }
    }
}
