using Tsm.Card.Apdu;
using Tsm.Card.CapFiles;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Card.SimFiles;

namespace Tsm.Explain.Layers;

/// <summary>What parameters and data of commands say.</summary>
internal static class CommandData
{
    /// <summary>Reads the data of a command field by field, as far as its layout is known.</summary>
    public static void Read(Reading reading, CommandApdu command, int length, ExplainContext context)
    {
        switch (command.Ins)
        {
            case Instruction.Install when command.Cla is 0x80 or 0x84:
                reading.Group("data", length, null, data => Install(data, command.P1, context));
                break;
            case Instruction.PutKey when command.Cla is 0x80 or 0x84:
                reading.Group("data", length, null, PutKey);
                break;
            case Instruction.Load when command.Cla is 0x80 or 0x84:
                reading.Field("load block", length, _ => $"block {command.P2}");
                break;
            case Instruction.SetStatus:
            case Instruction.Select when command.P1 == 0x04:
                reading.Field("AID", length, AidText);
                break;
            case Instruction.Select:
                reading.Field("file", length, FileText);
                break;
            case Instruction.VerifyPin or Instruction.ChangePin or Instruction.EnablePin or Instruction.DisablePin or Instruction.UnblockPin:
                reading.AddHidden("PIN", length);
                break;
            case Instruction.StoreData when context.HidesData:
                reading.AddHidden("data", length);
                break;
            default:
                Octets data = reading.Rest.Slice(0, Math.Min(length, reading.Remaining));
                if (command.Ins is Instruction.Delete or Instruction.GetStatus && TlvLayer.Any(data, reading.Offset, context) is { } tlvs)
                {
                    reading.Add(tlvs.Part with { Name = "data" }, length);
                }
                else
                {
                    reading.Field("data", length);
                }

                break;
        }
    }

    /// <summary>One line on what the command does; null where its name says it.</summary>
    public static string? Summary(CommandApdu command) => command.Ins switch
    {
        Instruction.Install => P1(command),
        Instruction.Load => $"block {command.P2}{((command.P1 & 0x80) != 0 ? ", the last" : "")}",
        Instruction.PutKey when !command.Data.IsEmpty => command.P1 == 0 ? $"adds key version {command.Data[0]}" : $"replaces key version {command.P1 & 0x7F} by {command.Data[0]}",
        Instruction.SetStatus => P2(command),
        _ => null,
    };

    public static string? P1(CommandApdu command) => command.Ins switch
    {
        Instruction.Install => (command.P1 & 0x7F) switch
        {
            0x02 => "for load",
            0x04 => "for install",
            0x08 => "for make selectable",
            0x0C => "for install and make selectable",
            0x0E => "for load, install and make selectable",
            0x10 => "for extradition",
            0x20 => "for personalization",
            0x40 => "for registry update",
            _ => null,
        },
        Instruction.Load => (command.P1 & 0x80) != 0 ? "last block" : "more blocks follow",
        Instruction.GetStatus => command.P1 switch { 0x80 => "issuer security domain", 0x40 => "applications and security domains", 0x20 => "load files", 0x10 => "load files with modules", _ => null },
        Instruction.SetStatus => command.P1 switch { 0x80 => "card", 0x40 => "application or security domain", 0x60 => "security domain and its applications", _ => null },
        Instruction.PutKey => command.P1 == 0 ? "a new key version" : $"replaces key version {command.P1 & 0x7F}",
        Instruction.Select => command.P1 switch { 0x00 => "by file identifier", 0x04 => "by AID", 0x08 => "by path from the MF", 0x09 => "by path from the current DF", _ => null },
        Instruction.InitializeUpdate => command.P1 == 0 ? "first key version" : $"key version {command.P1}",
        _ => null,
    };

    public static string? P2(CommandApdu command) => command.Ins switch
    {
        Instruction.Delete => (command.P2 & 0x80) != 0 ? "with related objects" : "this object only",
        Instruction.SetStatus when command.P1 != 0x80 => (command.P2 & 0x80) != 0 ? "lock" : command.P2 == 0 ? "unlock" : $"state {command.P2:X2}",
        Instruction.SetStatus => command.P2 switch { 0x7F => "lock the card", 0xFF => "terminate the card for ever", 0x0F => "secured", _ => null },
        Instruction.GetStatus => (command.P2 & 0x01) != 0 ? "next page" : "first page",
        Instruction.PutKey => (command.P2 & 0x80) != 0 ? $"several keys from identifier {command.P2 & 0x7F} on" : $"key identifier {command.P2 & 0x7F}",
        Instruction.Select => command.P2 switch { 0x04 => "return the FCP", 0x0C => "return nothing", _ => null },
        _ => null,
    };

    /// <summary>What is dangerous or wrong about a command that is well formed.</summary>
    public static Verdict Judge(CommandApdu command) => (command.Ins, command.P1, command.P2) switch
    {
        (Instruction.SetStatus, 0x80, 0xFF) => Verdicts.Trouble("globalplatform", "TERMINATE", "This ends the card", "SET STATUS to TERMINATED cannot be undone.", "P2 is FF.", "Do not send it unless the card is to be destroyed."),
        (Instruction.PutKey, _, _) => new("globalplatform", "PUT_KEY", "PUT KEY", $"{Summary(command)}; the key values travel under the DEK and are not shown.", "The card compares the key check values before it stores anything.", "Keep the old keys until the new ones are proven: the answer repeats the check values."),
        _ => Verdicts.WellFormed("apdu", command.Name, $"A well-formed {command.Name}{(Summary(command) is { } summary ? $" ({summary})" : "")}."),
    };

    private static void Install(Reading data, byte p1, ExplainContext context)
    {
        string[] names = (p1 & 0x7F) switch
        {
            0x02 => ["load file AID", "security domain AID", "hash of the load file data block"],
            0x10 => ["destination security domain AID", "none", "application AID", "none"],
            0x20 or 0x08 => ["none", "none", "application AID", "privileges"],
            0x40 => ["security domain AID", "none", "application AID", "privileges"],
            _ => ["load file AID", "module AID", "application AID", "privileges"],
        };
        foreach (string name in names)
        {
            int length = data.Byte($"length of {name}");
            if (length > 0)
            {
                data.Field(name, length, name.EndsWith("AID", StringComparison.Ordinal) ? AidText : null);
            }
        }

        Parameters(data, "install parameters", context);
        Parameters(data, "token", context);
    }

    private static void Parameters(Reading data, string name, ExplainContext context)
    {
        if (data.Remaining == 0)
        {
            return;
        }

        var reader = new OctetReader(data.Rest.Span);
        int length = BerTlv.ReadLength(ref reader);
        data.Field($"length of {name}", data.Remaining - reader.Remaining, _ => $"{length} octets");
        if (length == 0)
        {
            return;
        }

        Octets octets = data.Rest.Slice(0, Math.Min(length, data.Remaining));
        if (name != "token" && TlvLayer.Any(octets, data.Offset, context) is { } tlvs)
        {
            data.Add(tlvs.Part with { Name = name }, length);
        }
        else if (name != "token" && context.HidesData)
        {
            data.AddHidden(name, length);
        }
        else
        {
            data.Field(name, length);
        }
    }

    private static void PutKey(Reading data)
    {
        data.Byte("new key version", v => $"{v}{KeyVersionUse(v)}");
        for (int key = 1; data.Remaining > 1; key++)
        {
            data.Byte($"key {key}: type", v => v switch { 0x80 => "DES or triple DES", 0x81 or 0x82 or 0x83 or 0x84 => "DES, older coding", 0x85 => "PSK of TLS", 0x88 => "AES", _ => null });
            int length = data.Byte($"key {key}: length");
            data.Field($"key {key}: value", length, _ => "under the DEK");
            int check = data.Byte($"key {key}: length of the check value");
            if (check > 0)
            {
                data.Field($"key {key}: check value", check);
            }
        }
    }

    private static string KeyVersionUse(byte version) => version switch
    {
        >= 0x01 and <= 0x0F => ", for SCP80",
        0x11 => ", for DAP (TS 102 226)",
        >= 0x20 and <= 0x2F => ", for SCP02",
        >= 0x30 and <= 0x3F => ", for SCP03",
        >= 0x40 and <= 0x4F => ", for SCP81",
        0x70 => ", for tokens",
        0x71 => ", for receipts",
        0x73 => ", for DAP",
        _ => "",
    };

    private static string? AidText(Octets octets) =>
        Aid.TryFrom(octets.Span, out Aid aid) && KnownPackages.Name(aid) is { } name ? name : null;

    private static string? FileText(Octets octets)
    {
        if (octets.Length is 0 || octets.Length % 2 != 0)
        {
            return null;
        }

        int id = octets[octets.Length - 2] << 8 | octets[octets.Length - 1];
        return id == FilePath.MasterFileId ? "MF" : CardFiles.All.FirstOrDefault(f => f.Paths.Any(p => p.FileId == id))?.Name;
    }
}
