using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tsm.Application.Events;
using Tsm.Application.Ports;

namespace Tsm.Application.Webhooks;

/// <summary>What a webhook's receiver gets.</summary>
public static class WebhookMessage
{
    /// <summary>The header with the time of the attempt and the signature: <c>t=unix seconds,v1=HMAC-SHA256 of t.body, hexadecimal</c>.</summary>
    public const string SignatureHeader = "Tsm-Signature";

    /// <summary>The header with the id of the event, the same in every attempt.</summary>
    public const string EventHeader = "Tsm-Event-Id";

    /// <summary>The kind of the event by which a receiver is tested.</summary>
    public const string TestKind = "webhook.test";

    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The body for an event.</summary>
    public static string Body(StoredEvent stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        return Body(stored.Id.ToString(CultureInfo.InvariantCulture), stored.Event);
    }

    /// <summary>The body for an event.</summary>
    /// <param name="id">The event's id, for the receiver to notice that it has it already.</param>
    public static string Body(string id, ServiceEvent raised)
    {
        ArgumentNullException.ThrowIfNull(raised);
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Json))
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteString("at", raised.At.ToUniversalTime());
            json.WriteString("kind", raised.Kind);
            Optional(json, "provider", raised.Provider);
            Optional(json, "service", raised.Service);
            Optional(json, "card", raised.Iccid);
            Optional(json, "msisdn", raised.Msisdn);
            Optional(json, "job", raised.Job);
            Optional(json, "request", raised.Request);
            json.WriteString("text", raised.Text);
            json.WriteStartObject("details");
            foreach ((string name, string value) in raised.Details)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>The value of <see cref="SignatureHeader"/>.</summary>
    public static string Sign(ReadOnlySpan<byte> secret, DateTimeOffset at, string body)
    {
        long seconds = at.ToUnixTimeSeconds();
        byte[] signed = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{seconds}.{body}"));
        return string.Create(CultureInfo.InvariantCulture, $"t={seconds},v1={Convert.ToHexStringLower(HMACSHA256.HashData(secret, signed))}");
    }

    private static void Optional(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }
}
