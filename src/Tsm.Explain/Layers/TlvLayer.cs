using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;

namespace Tsm.Explain.Layers;

/// <summary>BER-TLV objects, with names for those that cards and GlobalPlatform use.</summary>
internal static class TlvLayer
{
    private const int DeepestNesting = 8;

    // What an applet is given with INSTALL: it may be a key.
    private const uint InstallContent = 0xC9;

    /// <summary>Objects of which the first is one that is known: install parameters, registry entries, key information and such.</summary>
    public static Found? Known(Octets octets, int? origin, ExplainContext context) =>
        octets.Length >= 2 && TopLevel(octets) is { } name && Any(octets, origin, context) is { } found ? found with { Title = name, Part = found.Part with { Name = name } } : null;

    /// <summary>Any objects that fill all octets.</summary>
    public static Found? Any(Octets octets, int? origin, ExplainContext context)
    {
        if (octets.Length < 2 || octets[0] == 0x00 || (octets[0] == 0xFF && octets[1] != 0x21) || !IsWhole(octets))
        {
            return null;
        }

        var reading = new Reading(octets, origin);
        Objects(reading, depth: 0, scope: "", context.HidesData);
        return new("tlv", "TLV objects", reading.ToPart("TLV objects"), Verdicts.WellFormed("input", "TLV objects", "Well-formed BER-TLV objects."));
    }

    private static void Objects(Reading reading, int depth, string scope, bool hides)
    {
        while (reading.Remaining > 0)
        {
            var reader = new BerTlvReader(reading.Rest.Span);
            if (!reader.TryRead(out uint tag, out ReadOnlySpan<byte> value))
            {
                reading.Leave("not a TLV object");
                return;
            }

            int header = reader.ValueOffset, length = value.Length, tagSize = BerTlv.TagSize(tag);
            Octets octets = reading.Rest.Slice(header, length);
            bool hidden = hides && tag == InstallContent && length > 0;
            bool constructed = (reading.Next & 0x20) != 0 && depth < DeepestNesting && length > 0 && IsWhole(octets);
            reading.Group($"{tag:X2} {TagName(tag, scope)}".TrimEnd(), header + length, constructed || hidden ? null : ValueText(tag, scope, octets), inner =>
            {
                inner.Field("tag", tagSize);
                inner.Field("length", header - tagSize, _ => $"{length} octets");
                if (constructed)
                {
                    Objects(inner, depth + 1, depth > 0 ? scope : $"{tag:X2}", hides);
                }
                else if (hidden)
                {
                    inner.AddHidden("value", length);
                }
                else if (length > 0)
                {
                    inner.Field("value", length);
                }
            });
        }
    }

    private static bool IsWhole(Octets octets)
    {
        var reader = new BerTlvReader(octets.Span);
        while (reader.TryRead(out _, out _))
        {
        }

        return reader.Error.Fault == PacketFault.None;
    }

    private static string? TopLevel(Octets octets) => (octets[0], octets[1]) switch
    {
        (0xC9, _) or (0xEA, _) or (0xEF, _) => "Install parameters",
        (0xE3, _) => "Registry entries (GET STATUS)",
        (0xE0, _) => "Key information template",
        (0x66, _) => "Card data",
        (0x67, _) => "Card capability information",
        (0x62, _) => "File control parameters",
        (0x6F, _) => "File control information (SELECT)",
        (0xFF, 0x21) => "Extended card resources",
        _ => null,
    };

    private static string TagName(uint tag, string scope) => (tag, scope) switch
    {
        (0xC9, _) => "application specific parameters",
        (0xEA, _) => "UICC system specific parameters",
        (0xEF, _) => "system specific parameters",
        (0x80, "EA") => "UICC toolkit parameters",
        (0x81, "EA") => "UICC access parameters",
        (0x82, "EA") => "UICC administrative access parameters",
        (0xCA, "EF") => "SIM file access and toolkit parameters",
        (0xC6, "EF") => "non-volatile code space",
        (0xC7, "EF") => "volatile memory quota",
        (0xC8, "EF") => "non-volatile memory quota",
        (0xE3, _) => "registry entry",
        (0x4F, _) => "AID",
        (0x9F70, _) => "life cycle state",
        (0xC5, "E3") => "privileges",
        (0xC4, "E3") => "load file AID",
        (0xCC, "E3") => "security domain AID",
        (0xCE, "E3") => "load file version",
        (0x84, "E3") => "module AID",
        (0xE0, _) => "key information template",
        (0xC0, "E0") => "key information",
        (0x62, _) => "FCP template",
        (0x82, "62") => "file descriptor",
        (0x83, "62") => "file identifier",
        (0x84, _) => "DF name (AID)",
        (0x8A, "62") => "life cycle status",
        (0x80, "62") => "file size",
        (0x6F, _) => "FCI template",
        (0xA5, _) => "proprietary data",
        (0x9F65, _) => "longest command data",
        (0xFF21, _) => "extended card resources",
        (0x81, "FF21") => "installed applications",
        (0x82, "FF21") => "free non-volatile memory",
        (0x83, "FF21") => "free volatile memory",
        (0x66, _) => "card data",
        (0x73, _) => "card recognition data",
        (0x5C, _) => "tag list",
        (0xD0, _) => "key identifier",
        (0xD2, _) => "key version",
        (0xB6, _) => "control reference template",
        (0x9E, _) => "token",
        _ => "",
    };

    private static string? ValueText(uint tag, string scope, Octets value) => (tag, scope) switch
    {
        (0x9F70, _) when value.Length > 0 => LifeCycleText(value[0]),
        (0xC0, "E0") when value.Length >= 4 => $"identifier {value[0]}, version {value[1]}, {(value[2] == 0x88 ? "AES" : value[2] == 0x85 ? "PSK" : "DES")}, {value[3]} octets",
        (0xC7 or 0xC8 or 0xC6, "EF") or (0x81 or 0x82 or 0x83, "FF21") => $"{Number(value)}",
        (0xCE, "E3") when value.Length == 2 => $"{value[0]}.{value[1]}",
        (0x4F or 0xC4 or 0xCC or 0x84, _) when Aid.TryFrom(value.Span, out Aid aid) => Card.CapFiles.KnownPackages.Name(aid),
        (0x80, "EA") when value.Length >= 4 => $"priority {value[0]}, {value[1]} timers, menu text up to {value[2]}, {value[3]} menu entries",
        _ => null,
    };

    private static string LifeCycleText(byte state) => (state & 0x83) == 0x83 ? "locked" : state switch
    {
        0x01 => "loaded (a load file), or OP_READY (a card)",
        0x03 => "installed",
        0x07 => "selectable",
        0x0F => "personalized, or secured (a card)",
        _ => $"state {state:X2} of the application",
    };

    private static long Number(Octets value)
    {
        long number = 0;
        foreach (byte octet in value.Span[..Math.Min(value.Length, 7)])
        {
            number = number << 8 | octet;
        }

        return number;
    }
}
