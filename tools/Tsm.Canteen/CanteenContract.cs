using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tsm.Security.Hpke;

namespace Tsm.Canteen;

/// <summary>What the canteen is asked for.</summary>
public sealed record AllocationQuestion(
    string RequestId, string Service, string Operation, string Iccid, string Msisdn, IReadOnlyList<string> Values, string Recipient);

/// <summary>What it answers.</summary>
public sealed record AllocationAnswer(
    string RequestId, string Service, string Iccid, string AllocationId, string? Serial, SealedValues Values, string Mac);

/// <summary>Values in one HPKE envelope.</summary>
public sealed record SealedValues(string Encapsulated, string Ciphertext);

/// <summary>The other side of the contract of application servers, written from its description alone.</summary>
public sealed class CanteenContract(byte[] secret)
{
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    /// <summary>Whether a request carries the signature of the secret, and is not an old one.</summary>
    /// <param name="header">The value of <c>Tsm-Signature</c>.</param>
    public bool IsSigned(string header, DateTimeOffset now, string method, string path, byte[] body)
    {
        ArgumentNullException.ThrowIfNull(header);
        string[] parts = header.Split(',', StringSplitOptions.TrimEntries);
        if (parts is not [['t', '=', .. var time], ['v', '1', '=', .. var mac]]
            || !long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
            || Math.Abs(now.ToUnixTimeSeconds() - seconds) > Skew.TotalSeconds)
        {
            return false;
        }

        string wanted = Hmac("tsm-request-1", time, method, path, Convert.ToHexString(SHA256.HashData(body)));
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(wanted), Encoding.ASCII.GetBytes(mac.ToUpperInvariant()));
    }

    /// <summary>Answers with values that only the holder of the recipient's key can open.</summary>
    public AllocationAnswer Answer(AllocationQuestion question, CanteenAllocation allocation, IReadOnlyDictionary<string, string> values)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(allocation);
        HpkeEnvelope envelope = HpkeEnvelope.Seal(
            Convert.FromHexString(question.Recipient),
            "tsm-allocation-1"u8,
            Join("tsm-values-1", question.RequestId, question.Service, question.Iccid),
            JsonSerializer.SerializeToUtf8Bytes(values));
        return Sign(new(
            question.RequestId,
            question.Service,
            question.Iccid,
            allocation.Id,
            allocation.Serial,
            new(envelope.Encapsulated.ToString(), envelope.Ciphertext.ToString()),
            ""));
    }

    /// <summary>Puts the MAC on an answer.</summary>
    public AllocationAnswer Sign(AllocationAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return answer with
        {
            Mac = Hmac(
                "tsm-allocation-1",
                answer.RequestId,
                answer.Service,
                answer.Iccid,
                answer.AllocationId,
                answer.Serial ?? "",
                answer.Values.Encapsulated,
                answer.Values.Ciphertext),
        };
    }

    private string Hmac(params ReadOnlySpan<string> parts) => Convert.ToHexString(HMACSHA256.HashData(secret, Join(parts)));

    private static byte[] Join(params ReadOnlySpan<string> parts)
    {
        using var joined = new MemoryStream();
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (string part in parts)
        {
            byte[] text = Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32BigEndian(length, text.Length);
            joined.Write(length);
            joined.Write(text);
        }

        return joined.ToArray();
    }
}
