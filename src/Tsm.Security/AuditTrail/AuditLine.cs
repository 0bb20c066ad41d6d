using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tsm.Card.Encoding;

namespace Tsm.Security.AuditTrail;

/// <summary>One line of an exported trail; exactly one of its members is there.</summary>
/// <remarks>
/// An export is JSON lines: the public key first, then entries in the order of their positions and after them, batch by
/// batch, the signed head that covers them.
/// </remarks>
/// <param name="Key">The public key, as the exporter had it: to be trusted only when it is known from elsewhere.</param>
/// <param name="Tenant">With <paramref name="Key"/>: whose trail it is.</param>
public sealed record AuditLine(AuditPublicKey? Key, string? Tenant, SealedRecord? Entry, AuditHead? Head)
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    // Names stay readable; what is escaped or not makes no difference to the hash.
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The line with the key.</summary>
    public static AuditLine Of(string tenant, AuditPublicKey key) => new(key, tenant, null, null);

    /// <summary>A line with an entry.</summary>
    public static AuditLine Of(SealedRecord entry) => new(null, null, entry, null);

    /// <summary>A line with a signed head.</summary>
    public static AuditLine Of(AuditHead head) => new(null, null, null, head);

    /// <summary>UTF-8 JSON without a line end.</summary>
    public byte[] Write()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Writing))
        {
            json.WriteStartObject();
            Write(json);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <summary>Reads a line; false, and what is wrong, when it is none.</summary>
    public static bool TryRead(string text, [NotNullWhen(true)] out AuditLine? line, out string problem)
    {
        line = null;
        problem = "";
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            line = Read(document.RootElement);
            problem = line is null ? "It is no line of an audit trail." : "";
        }
        catch (Exception fault) when (fault is JsonException or FormatException or InvalidOperationException or KeyNotFoundException or ArgumentException)
        {
            problem = $"It cannot be read: {fault.Message}";
        }

        return line is not null;
    }

    private void Write(Utf8JsonWriter json)
    {
        if (Key is not null)
        {
            json.WriteString("type", "key");
            json.WriteString("tenant", Tenant);
            json.WriteString("id", Key.Id);
            json.WriteString("pem", Key.Pem);
        }
        else if (Entry is not null)
        {
            Write(json, Entry);
        }
        else if (Head is not null)
        {
            json.WriteString("type", "head");
            json.WriteString("tenant", Head.Tenant);
            json.WriteNumber("number", Head.Number);
            json.WriteNumber("position", Head.Position);
            json.WriteString("hash", Head.Hash.ToString());
            json.WriteString("at", Time(Head.At));
            json.WriteString("key", Head.Key);
            json.WriteString("signature", Head.Signature.ToString());
        }
    }

    private static void Write(Utf8JsonWriter json, SealedRecord entry)
    {
        AuditRecord record = entry.Record;
        json.WriteString("type", "entry");
        json.WriteNumber("position", entry.Position);
        json.WriteNumber("id", record.Id);
        json.WriteString("tenant", record.Tenant);
        json.WriteString("at", Time(record.At));
        json.WriteString("actorKind", record.ActorKind);
        json.WriteString("actor", record.Actor);
        WriteOptional(json, "claimed", record.Claimed);
        json.WriteString("action", record.Action);
        json.WriteString("subjectKind", record.SubjectKind);
        json.WriteString("subject", record.Subject);
        WriteOptional(json, "job", record.Job);
        json.WriteString("text", record.Text);
        json.WriteStartObject("details");
        foreach ((string name, string value) in record.Details)
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
        json.WriteString("hash", entry.Hash.ToString());
    }

    private static void WriteOptional(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static AuditLine? Read(JsonElement json) => Text(json, "type") switch
    {
        "key" => AuditPublicKey.TryReadPem(Text(json, "pem"), out AuditPublicKey? key)
            ? Of(Text(json, "tenant"), key)
            : throw new FormatException("pem holds no public key of P-256."),
        "entry" => Of(new SealedRecord(
            Number(json, "position"),
            new(
                Text(json, "tenant"),
                Number(json, "id"),
                Time(Text(json, "at")),
                Text(json, "actorKind"),
                Text(json, "actor"),
                OptionalText(json, "claimed"),
                Text(json, "action"),
                Text(json, "subjectKind"),
                Text(json, "subject"),
                OptionalText(json, "job"),
                Text(json, "text"),
                Details(json.GetProperty("details"))),
            Octets.Parse(Text(json, "hash")))),
        "head" => Of(new AuditHead(
            Text(json, "tenant"),
            Number(json, "number"),
            Number(json, "position"),
            Octets.Parse(Text(json, "hash")),
            Time(Text(json, "at")),
            Text(json, "key"),
            Octets.Parse(Text(json, "signature")))),
        _ => null,
    };

    private static ImmutableSortedDictionary<string, string> Details(JsonElement json) => json.EnumerateObject()
        .Select(p => KeyValuePair.Create(p.Name, p.Value.GetString() ?? throw new FormatException("A detail is null.")))
        .ToImmutableSortedDictionary(StringComparer.Ordinal);

    private static string Text(JsonElement json, string name) =>
        json.GetProperty(name).GetString() ?? throw new FormatException($"{name} is null.");

    private static string? OptionalText(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    private static long Number(JsonElement json, string name) => json.GetProperty(name).GetInt64();

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    private static DateTimeOffset Time(string text) => DateTimeOffset.ParseExact(
        text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
}
