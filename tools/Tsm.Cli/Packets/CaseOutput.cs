using System.Text.Json;
using Tsm.Card.Encoding;

namespace Tsm.Cli.Packets;

/// <summary>Writes octets as laboratories write them: hexadecimal in lower case.</summary>
internal static class CaseOutput
{
    private const int LongestOnStack = 512;

    public static void WriteHex(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ReadOnlySpan<byte> octets)
    {
        writer.WritePropertyName(name);
        WriteHex(writer, octets);
    }

    public static void WriteHex(Utf8JsonWriter writer, ReadOnlySpan<byte> octets)
    {
        Span<char> text = 2 * octets.Length <= LongestOnStack ? stackalloc char[2 * octets.Length] : new char[2 * octets.Length];
        Convert.TryToHexStringLower(octets, text, out _);
        writer.WriteStringValue(text);
    }

    public static void Write<TPacket>(Utf8JsonWriter writer, ReadOnlySpan<byte> name, TPacket packet) where TPacket : struct, IPacket<TPacket>
    {
        Span<byte> octets = stackalloc byte[packet.Length];
        packet.Write(octets);
        WriteHex(writer, name, octets);
    }

    public static void Write(Utf8JsonWriter writer, CaseFault fault)
    {
        writer.WriteStartObject("error"u8);
        writer.WriteString("layer"u8, fault.Layer);
        writer.WriteString("code"u8, fault.Code);
        writer.WriteString("name"u8, Name(fault.Code));
        writer.WriteString("meaning"u8, fault.Message);
        if (fault.Cause is not null)
        {
            writer.WriteString("cause"u8, fault.Cause);
        }

        writer.WriteString("next"u8, fault.Next);
        if (fault.Member is not null)
        {
            writer.WriteString("member"u8, fault.Member);
        }

        writer.WriteEndObject();
    }

    private static string Name(string code) => code[..1] + code[1..].Replace('_', ' ').ToLowerInvariant();
}
