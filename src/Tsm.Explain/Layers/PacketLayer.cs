using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Security.Keys;
using Tsm.Security.Scp80;

namespace Tsm.Explain.Layers;

/// <summary>Secured packets of TS 102 225, opened with the keys that fit.</summary>
internal static class PacketLayer
{
    private static readonly (string?, KeySet?)[] Unkeyed = [(null, null)];

    private static readonly byte[] ResponseUdh = [0x02, 0x71, 0x00];

    /// <summary>A command packet from CPL on.</summary>
    public static Found? Command(Octets octets, int? origin, ExplainContext context)
    {
        if (!PacketProtection.TryReadHeader(octets.Span, out ReceivedHeader header, out _))
        {
            return null;
        }

        (PacketInspection Seen, string? Keys)? opened = Open(octets, header, context);
        var reading = new Reading(octets, origin);
        reading.Field("CPL", 2, _ => $"{octets.Length - 2} octets follow");
        reading.Byte("CHL", v => $"{v} octets of header, {header.CheckLength} of them RC or CC");
        reading.Byte("SPI1", v => SpiText.Command(header.Spi));
        reading.Byte("SPI2", v => SpiText.Response(header.Spi));
        reading.Byte("KIc", _ => $"{SpiText.Cipher(header.Kic.Algorithm)}, key version {header.Kic.KeyVersion}");
        reading.Byte("KID", _ => $"{SpiText.Check(header.Kid.AlgorithmFor(header.Spi.Integrity))}, key version {header.Kid.KeyVersion}");
        reading.Field("TAR", 3, _ => TarText(header.Tar));
        if (header.Spi.Ciphered && opened is null)
        {
            reading.Leave("ciphered: CNTR, PCNTR, RC or CC, data");
        }
        else if (header.Spi.Ciphered)
        {
            int? at = reading.Offset;
            Octets ciphered = reading.Rest;
            reading.Add(new("ciphered part", ciphered) { Offset = at, Meaning = $"deciphered with {opened!.Value.Keys ?? "the keys"}: see below" }, ciphered.Length);
            reading.AddMade(Clear(opened.Value.Seen, header, context, origin: null, out _));
        }
        else
        {
            reading.Field("CNTR", Counter.Size, _ => SpiText.CounterOf(opened?.Seen.Counter ?? ReadCounter(octets)));
            reading.Byte("PCNTR", v => $"{v} octets of padding");
            if (header.CheckLength > 0)
            {
                reading.Field("RC or CC", header.CheckLength, _ => Verified(opened, context));
            }

            AddData(reading, reading.Rest, reading.Offset, context, script: true, out _);
        }

        return new("command-packet", "Command packet (SCP80)", reading.ToPart("command packet"), Judge(header, opened, context));
    }

    /// <summary>A response packet from 02 71 00 or RPL on.</summary>
    public static Found? Response(Octets octets, int? origin, ExplainContext context)
    {
        bool hasUdh = octets.Span.StartsWith(ResponseUdh);
        Octets body = hasUdh ? octets.Slice(ResponseUdh.Length) : octets;
        if (!PacketProtection.TryReadResponseTar(octets.Span, out Tar tar) || (body[0] << 8 | body[1]) != body.Length - 2 || body[2] < 10 || body[2] > 18)
        {
            return null;
        }

        (PacketInspection? seen, string? keys) = OpenResponse(octets, context);
        var reading = new Reading(octets, origin);
        if (hasUdh)
        {
            reading.Field("user data header", ResponseUdh.Length, _ => "response packet (71)");
        }

        reading.Field("RPL", 2, _ => $"{body.Length - 2} octets follow");
        reading.Byte("RHL", v => $"{v} octets of header, {v - 10} of them RC or CC");
        reading.Field("TAR", 3, _ => TarText(tar));
        if (seen is null)
        {
            reading.Leave("ciphered: CNTR, PCNTR, status, RC or CC, data");
            return new("response-packet", "Response packet (SCP80)", reading.ToPart("response packet"), Verdicts.Trouble(
                "scp80", "CIPHERED", "Ciphered response", "The response is ciphered, and no key that is known here opens it.", "It answers a command of other keys, or the keys were not given.", "Give the keys of the command with its SPI2, KIc and KID."));
        }

        bool clear = reading.Remaining >= 7 && ReadCounterAt(reading.Rest) == seen.Counter && reading.Rest[6] == seen.Status!.Value.Code;
        Found? inside;
        if (clear)
        {
            reading.Field("CNTR", Counter.Size, _ => SpiText.CounterOf(seen.Counter));
            reading.Byte("PCNTR", v => $"{v} octets of padding");
            reading.Byte("status", _ => seen.Status!.Value.ToString(), fault: !seen.Status!.Value.IsOk);
            if (!seen.Check.IsEmpty)
            {
                reading.Field("RC or CC", seen.Check.Length, _ => seen.Verified ? $"holds with {keys}" : "not verified");
            }

            AddData(reading, reading.Rest, reading.Offset, context, script: false, out inside);
        }
        else
        {
            reading.Leave("ciphered part");
            reading.AddMade(ClearResponse(seen, keys, context, out inside));
        }

        Verdict verdict = Verdicts.Of(seen.Status!.Value, seen.Verified, seen.Counter == Counter.Zero && seen.Check.IsEmpty);
        if (seen.Status.Value.IsOk && inside is { Verdict.IsTrouble: true })
        {
            verdict = inside.Verdict with { Meaning = inside.Verdict.Meaning + (seen.Verified ? "" : " It is not proven: the response has no RC or CC that could be verified here.") };
        }
        else if (seen.Status.Value.IsOk && !seen.Verified && seen.Check.IsEmpty && context.Asked is { Spi.PorIntegrity: not Integrity.None })
        {
            verdict = Verdicts.Trouble("scp80", "NOT_PROVEN", "Success that is not proven", "The card says that all is well, but without the RC or CC that the command asked for.", "A relay or somebody else may have made it, or the card does not do what its model says.", "Take it for a hint; audit the card before the books are changed.");
        }

        return new("response-packet", "Response packet (SCP80)", reading.ToPart("response packet"), verdict);
    }

    private static (PacketInspection Seen, string? Keys)? Open(Octets octets, ReceivedHeader header, ExplainContext context)
    {
        (PacketInspection, string?)? seen = null;
        bool needsKeys = header.Spi.Ciphered || header.Spi.Integrity == Integrity.CryptographicChecksum;
        foreach (NamedKeys candidate in needsKeys ? context.Keys : [])
        {
            if (PacketInspection.TryCommand(octets.Span, candidate.Keys, out PacketInspection? found, out _))
            {
                if (found.Verified)
                {
                    return (found, candidate.Name);
                }

                // Unciphered data can be read without a key that fits.
                seen ??= header.Spi.Ciphered && header.Spi.Integrity != Integrity.None ? null : (found, candidate.Name);
            }
        }

        return seen ?? (!needsKeys && PacketInspection.TryCommand(octets.Span, null, out PacketInspection? plain, out _) ? (plain, null) : null);
    }

    /// <summary>Opens a response as its command asked for it; where that is not known, in every way that the keys allow.</summary>
    private static (PacketInspection? Seen, string? Keys) OpenResponse(Octets octets, ExplainContext context)
    {
        PacketInspection? plain = null;
        foreach (CommandHeader asked in ResponseGuess.For(octets, context))
        {
            bool needsKeys = asked.Spi.PorCiphered || asked.Spi.PorIntegrity == Integrity.CryptographicChecksum;
            foreach ((string? name, KeySet? keys) in needsKeys ? [.. context.Keys.Select(k => ((string?)k.Name, (KeySet?)k.Keys)), (null, null)] : Unkeyed)
            {
                if (PacketInspection.TryResponse(octets.Span, asked, keys, out PacketInspection? seen, out _))
                {
                    if (seen.Verified)
                    {
                        return (seen, name ?? "an RC, which anybody can compute");
                    }

                    plain ??= seen.IsPlain || !asked.Spi.PorCiphered ? seen : null;
                }
            }
        }

        return (plain, null);
    }

    private static Verdict Judge(ReceivedHeader header, (PacketInspection Seen, string? Keys)? opened, ExplainContext context)
    {
        bool ciphered = header.Spi.Ciphered, signed = header.Spi.Integrity == Integrity.CryptographicChecksum;
        if (ciphered && signed && header.Kic.KeyVersion != header.Kid.KeyVersion)
        {
            return Verdicts.Trouble(
                "scp80", "MIXED_KEYS", "Keys of two versions", $"KIc names key version {header.Kic.KeyVersion} and KID key version {header.Kid.KeyVersion}.",
                "Index or key of two key sets were mixed up; most cards answer 06 to it, or nothing.", "Take KIc and KID, and both keys, from one key set.");
        }

        bool isAes = header.Kic.Algorithm == CipherAlgorithm.AesCbc || header.Kid.AlgorithmFor(header.Spi.Integrity) == CheckAlgorithm.AesCmac;
        bool noCounter = header.Spi.Counter is CounterRule.None or CounterRule.Unchecked;
        if (opened is { Seen.Verified: true } fit)
        {
            return isAes && noCounter
                ? new("scp80", "NO_COUNTER", "AES without a counter", $"It verifies with {fit.Keys}. TS 102 225 wants a counter with AES, and SPI asks for none.", "Test cards take it, others answer 06.", "Use SPI1 16 instead of 06.")
                : new("scp80", "VERIFIED", $"Verifies with {fit.Keys ?? "its RC"}", $"The {(signed ? "CC" : "RC")} holds; CNTR is {fit.Seen.Counter}.", "Sender and keys agree.", $"If the card still refuses it, compare its counter with {fit.Seen.Counter}, and its TAR and minimum security level.");
        }

        if (context.Keys.IsEmpty && (signed || ciphered))
        {
            return new("scp80", "NOT_TRIED", "No keys were tried", "The packet is well formed; whether its checksum holds can be seen with the keys only.", "No keys were given.", "Give the keys of the card, or its ICCID to a server that knows them.");
        }

        return signed || ciphered
            ? Verdicts.Trouble("scp80", "NO_KEY_FITS", "None of the keys fits", $"The checksum does not hold with {string.Join(", ", context.Keys.Select(k => k.Name))}.", "Key value, key version or algorithm differ from the sender's, or octets were altered. Another kind of key (AES, triple DES) than KIc and KID name never fits.", "Compare check values and algorithms. Do not try on the card: it may count failures and block the keys.")
            : Verdicts.WellFormed("scp80", "Command packet without checksum", "The packet is well formed and has no checksum by keys.");
    }

    private static Part Clear(PacketInspection seen, ReceivedHeader header, ExplainContext context, int? origin, out Found? inside)
    {
        byte[] counter = new byte[Counter.Size];
        seen.Counter.Write(counter);
        var reading = new Reading(Octets.Concat(Octets.Own(counter), Octets.Copy([(byte)seen.PaddingCounter]), seen.Check, seen.Data), origin);
        reading.Field("CNTR", Counter.Size, _ => SpiText.CounterOf(seen.Counter));
        reading.Byte("PCNTR", v => $"{v} octets of padding, dropped here");
        if (header.CheckLength > 0)
        {
            reading.Field("RC or CC", header.CheckLength, _ => seen.Verified ? "holds" : "does not hold", fault: !seen.Verified);
        }

        AddData(reading, seen.Data, origin: null, context, script: true, out inside);
        return reading.ToPart("deciphered");
    }

    private static Part ClearResponse(PacketInspection seen, string? keys, ExplainContext context, out Found? inside)
    {
        byte[] counter = new byte[Counter.Size];
        seen.Counter.Write(counter);
        var reading = new Reading(Octets.Concat(Octets.Own(counter), Octets.Copy([(byte)seen.PaddingCounter, seen.Status!.Value.Code]), seen.Check, seen.Data), origin: null);
        reading.Field("CNTR", Counter.Size, _ => SpiText.CounterOf(seen.Counter));
        reading.Byte("PCNTR", v => $"{v} octets of padding, dropped here");
        reading.Byte("status", _ => seen.Status.Value.ToString(), fault: !seen.Status.Value.IsOk);
        if (!seen.Check.IsEmpty)
        {
            reading.Field("RC or CC", seen.Check.Length, _ => seen.Verified ? $"holds with {keys}" : "does not hold", fault: !seen.Verified);
        }

        AddData(reading, seen.Data, origin: null, context, script: false, out inside);
        return reading.ToPart("deciphered");
    }

    private static void AddData(Reading reading, Octets data, int? origin, ExplainContext context, bool script, out Found? inside)
    {
        inside = null;
        if (data.IsEmpty)
        {
            return;
        }

        inside = script
            ? Explainer.Inside(data, origin, context, ScriptLayer.Expanded, ApduLayer.Commands)
            : Explainer.Inside(data, origin, context, ScriptLayer.Expanded, ScriptLayer.CompactResponse);
        Part part = inside is null ? new("data", data) { Offset = origin } : inside.Part with { Name = inside.Title };
        reading.Add(part, data.Length);
    }

    private static string? Verified((PacketInspection Seen, string? Keys)? opened, ExplainContext context) =>
        opened is { Seen.Verified: true } fit ? $"holds with {fit.Keys ?? "nothing but an RC"}"
        : context.Keys.IsEmpty ? null
        : "holds with none of the keys";

    private static string TarText(Tar tar) => KnownTars.Find(tar) switch
    {
        { IsRemoteManagement: true } known => $"{tar}: remote management, {known.Name}, {(known.Format == TarFormat.Expanded ? "expanded" : "compact")} format",
        { } known => $"{tar}: {known.Name}",
        null => $"{tar}: reserved",
    };

    private static Counter ReadCounter(Octets packet) => ReadCounterAt(packet.Slice(Math.Min(10, packet.Length)));

    private static Counter ReadCounterAt(Octets octets) =>
        octets.Length >= Counter.Size && Counter.TryParse(octets.Span[..Counter.Size], out Counter counter, out _) ? counter : Counter.Zero;
}
