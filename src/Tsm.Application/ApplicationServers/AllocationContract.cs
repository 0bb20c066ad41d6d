using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace Tsm.Application.ApplicationServers;

/// <summary>What is asked of an application server: <c>POST {url}/allocations</c>.</summary>
/// <param name="RequestId">The same again is answered with the same allocation.</param>
/// <param name="Service">The service.</param>
/// <param name="Operation">For what: download, personalise, activate, deploy or upgrade.</param>
/// <param name="Iccid">The card.</param>
/// <param name="Msisdn">Its number.</param>
/// <param name="Values">The names of the values that are wanted.</param>
/// <param name="Recipient">The public key for which the values are encrypted, hexadecimal.</param>
public sealed record AllocationQuestion(
    string RequestId, string Service, string Operation, string Iccid, string Msisdn, IReadOnlyList<string> Values, string Recipient);

/// <summary>What an application server answers.</summary>
/// <param name="RequestId">As it was asked.</param>
/// <param name="Service">As it was asked.</param>
/// <param name="Iccid">As it was asked: the card it has allocated for.</param>
/// <param name="AllocationId">Its own name of the allocation.</param>
/// <param name="Serial">The serial number, unique in the service; null where it has none.</param>
/// <param name="Values">The values, encrypted for <see cref="AllocationQuestion.Recipient"/>.</param>
/// <param name="Mac">HMAC-SHA256 over all of it, hexadecimal.</param>
public sealed record AllocationAnswer(
    string RequestId, string Service, string Iccid, string AllocationId, string? Serial, SealedValues Values, string Mac);

/// <summary>Values in one HPKE envelope: a JSON object of names and hexadecimal digits.</summary>
/// <param name="Encapsulated">The ephemeral public key, hexadecimal.</param>
/// <param name="Ciphertext">The ciphered object with its tag, hexadecimal.</param>
public sealed record SealedValues(string Encapsulated, string Ciphertext);

/// <summary>The octets that both sides compute: signatures of requests and MACs of answers.</summary>
public static class AllocationContract
{
    /// <summary>The header that signs a request: <c>t=seconds since 1970, v1=HMAC-SHA256, hexadecimal</c>.</summary>
    public const string SignatureHeader = "Tsm-Signature";

    /// <summary>What the values are sealed for: the info of HPKE.</summary>
    public static ReadOnlySpan<byte> Info => "tsm-allocation-1"u8;

    /// <summary>The octets beside the values that must not be changed.</summary>
    public static byte[] Associated(string requestId, string service, string iccid) => Join("tsm-values-1", requestId, service, iccid);

    /// <summary>The MAC of an answer.</summary>
    public static string Mac(ReadOnlySpan<byte> secret, AllocationAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return Convert.ToHexString(HMACSHA256.HashData(secret, Join(
            "tsm-allocation-1",
            answer.RequestId,
            answer.Service,
            answer.Iccid,
            answer.AllocationId,
            answer.Serial ?? "",
            answer.Values.Encapsulated,
            answer.Values.Ciphertext)));
    }

    /// <summary>The value of <see cref="SignatureHeader"/>.</summary>
    /// <param name="method">GET or POST.</param>
    /// <param name="path">The path of the URL.</param>
    /// <param name="body">The body as it is sent.</param>
    public static string Signature(ReadOnlySpan<byte> secret, DateTimeOffset at, string method, string path, ReadOnlySpan<byte> body)
    {
        string time = at.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        byte[] signed = Join("tsm-request-1", time, method, path, Convert.ToHexString(SHA256.HashData(body)));
        return $"t={time}, v1={Convert.ToHexString(HMACSHA256.HashData(secret, signed))}";
    }

    /// <summary>Compares two MACs in constant time.</summary>
    public static bool IsSame(string left, string right) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(left.ToUpperInvariant()), Encoding.UTF8.GetBytes(right.ToUpperInvariant()));

    /// <summary>Each part in UTF-8 after its length in four octets, so that no two lists of parts read the same.</summary>
    public static byte[] Join(params ReadOnlySpan<string> parts)
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

/// <summary>How the contract's objects are written.</summary>
[JsonSourceGenerationOptions(
    System.Text.Json.JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(AllocationQuestion))]
[JsonSerializable(typeof(AllocationAnswer))]
[JsonSerializable(typeof(Dictionary<string, string>))]
public sealed partial class AllocationJson : JsonSerializerContext;
