using System.Buffers;
using System.Reflection;
using System.Text;
using Tsm.Bearers.Smpp;
using Tsm.Bearers.Sms;
using Tsm.Card.AccessControl;
using Tsm.Card.Apdu;
using Tsm.Card.BlankCards;
using Tsm.Card.CapFiles;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Card.Scripts;
using Tsm.Card.SimFiles;
using Tsm.Security.AuditTrail;
using Tsm.Security.Channels;
using Tsm.Security.Keys;
using Tsm.Security.Scp80;

namespace Tsm.Tests.Fuzz;

/// <summary>Reads octets that may be anything. What it finds in them is nobody's concern here.</summary>
internal delegate void FuzzParser(ReadOnlySpan<byte> source);

/// <summary>Everything that reads octets from outside.</summary>
internal static class FuzzParsers
{
    private static readonly Assembly[] Assemblies = [typeof(IPacket<>).Assembly, typeof(PacketProtection).Assembly, typeof(SmppPdu).Assembly];

    private static readonly KeySet Aes = KeySet.ForLaboratory(Key(16, KeyAlgorithm.Aes), Key(32, KeyAlgorithm.Aes));
    private static readonly KeySet TripleDes = KeySet.ForLaboratory(Key(16, KeyAlgorithm.TripleDes), Key(24, KeyAlgorithm.TripleDes));
    private static readonly VaultKey Vault = VaultKey.From(Enumerable.Range(0, VaultKey.Size).Select(i => (byte)i).ToArray());
    private static readonly PacketDialect[] Dialects = Enum.GetValues<PacketDialect>();

    private static readonly CommandHeader AesHeader = Header(CipherAlgorithm.AesCbc, CheckAlgorithm.AesCmac, Integrity.CryptographicChecksum);
    private static readonly CommandHeader DesHeader = Header(CipherAlgorithm.TripleDesTwoKeys, CheckAlgorithm.TripleDesMacThreeKeys, Integrity.CryptographicChecksum);
    private static readonly CommandHeader CrcHeader = Header(CipherAlgorithm.AesCbc, CheckAlgorithm.Crc32, Integrity.RedundancyCheck);

    /// <summary>Every type with a wire form.</summary>
    public static Type[] Packets { get; } = [.. Assemblies.SelectMany(a => a.GetTypes())
        .Where(t => t.IsValueType && t.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IPacket<>)))];

    /// <summary>Parsers by name: every <see cref="IPacket{TSelf}"/>, and all that are none.</summary>
    public static SortedDictionary<string, FuzzParser> All { get; } = Find();

    /// <summary>The parsers that unpack or use a key: slow, so the short form gives them less.</summary>
    public static string[] Slow { get; } = [nameof(CapFile), nameof(AuditPublicKey), nameof(AuditLine), "KeyWrapping", "PEM"];

    /// <summary>Methods that read octets and are fed by a parser of another name, or read what another has checked.</summary>
    public static string[] FedElsewhere { get; } = ["CapReader.TryRead", "DigitText.TryClean", "CardObject.TryOpen", "ResponseContents.TryRead", "AccessRule.TryParse", "RuleReference.TryParse", "RuleAccess.TryParse"];

    /// <summary>Headers, and packets that open with the keys of the parsers, so that their mutations reach what is behind the checks.</summary>
    public static IEnumerable<byte[]> ProtectedPackets()
    {
        byte[] script = Convert.FromHexString("00A40004023F0000A40004022FE200B000000A"), answer = Convert.FromHexString("03900000112233445566778899");
        foreach ((CommandHeader header, KeySet keys) in ((CommandHeader, KeySet)[])[(AesHeader, Aes), (DesHeader, TripleDes), (CrcHeader, Aes)])
        {
            byte[] kept = new byte[header.Length];
            header.Write(kept);
            yield return kept;
            foreach (PacketDialect dialect in Dialects)
            {
                yield return PacketProtection.Protect(header, keys, script, dialect).ToArray();
                if (dialect != PacketDialect.SmsCb)
                {
                    yield return PacketProtection.ProtectResponse(header, keys, ResponseStatus.Ok, answer, plain: false, dialect: dialect).ToArray();
                    yield return PacketProtection.ProtectResponse(header, keys, ResponseStatus.UnidentifiedSecurityError, [], plain: true, dialect: dialect).ToArray();
                }
            }
        }
    }

    /// <summary>Static methods that take octets and say whether they could read them: each belongs to a parser.</summary>
    public static IEnumerable<MethodInfo> Readers() =>
        from assembly in Assemblies
        from type in assembly.GetTypes()
        where !type.IsInterface
        from method in type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
        where !method.IsPrivate && method.ReturnType == typeof(bool) && method.Name.StartsWith("Try", StringComparison.Ordinal)
        let parameters = method.GetParameters()
        where parameters.Length > 1 && parameters.Any(p => p.IsOut)
            && (parameters[0].ParameterType == typeof(ReadOnlySpan<byte>) || parameters[0].ParameterType == typeof(ReadOnlyMemory<byte>)
                || parameters[0].ParameterType == typeof(CommandApdu) || parameters[0].ParameterType == typeof(string))
        select method;

    private static SortedDictionary<string, FuzzParser> Find()
    {
        var found = new SortedDictionary<string, FuzzParser>(StringComparer.Ordinal);
        MethodInfo feed = typeof(FuzzParsers).GetMethod(nameof(FeedPacket), BindingFlags.Static | BindingFlags.NonPublic)!;
        foreach (Type packet in Packets)
        {
            found.Add(packet.Name, feed.MakeGenericMethod(packet).CreateDelegate<FuzzParser>());
        }

        // A name is that of the type whose method it feeds, where there is one.
        found.Add(nameof(RegistryEntry), s => RegistryEntry.TryParsePage(s, out _, out PacketError e).Judge(e, s));
        found.Add(nameof(Privileges), s => Privileges.TryParse(s, out _, out PacketError e).Judge(e, s));
        found.Add(nameof(InstallParameters), s => InstallParameters.TryParse(s, out _, out PacketError e).Judge(e, s));
        found.Add(nameof(SecurityDomainParameters), s => SecurityDomainParameters.TryParse(s, out _, out PacketError e).Judge(e, s));
        found.Add(nameof(KeyInformation), s => KeyInformation.TryParseTemplate(s, out _, out PacketError e).Judge(e, s));
        found.Add(nameof(CardData), s => CardData.TryParse(s, out _, out PacketError e).Judge(e, s));
        found.Add(nameof(CardCapability), s => CardCapability.TryParse(s, out _, out PacketError e).Judge(e, s));
        found.Add(nameof(CardResources), s => CardResources.TryParse(s, out _, out PacketError e).Judge(e, s));
        found.Add(nameof(CardObject), s => CardObject.TryReadCounter(s, 0x00C1, out _, out PacketError e).Judge(e, s));
        found.Add(nameof(KeyBlock), s =>
        {
            KeyBlock.TryParse(s, 8, out _, out PacketError e).Judge(e, s);
            KeyBlock.TryParse(s, 16, out _, out e).Judge(e, s);
        });
        found.Add(nameof(DapBlock), s => DapBlock.TryReadAll(s, out _, out PacketError e).Judge(e, s));
        found.Add(nameof(AccessRuleCommand), s => AccessRuleCommand.TryParseAll(s, out _, out PacketError e).Judge(e, s));
        found.Add(nameof(Spdi), s => Spdi.TryDecode(s, out _, out PacketError e).Judge(e, s));
        found.Add(nameof(LoadFileContent), s => LoadFileContent.TryParse(s, out _, out PacketError e).Judge(e, s));
        found.Add(nameof(CompactScript), s => CompactScript.TryParse(s, out _, out PacketError e).Judge(e, s));
        found.Add(nameof(MessageFields), s => MessageFields.TryParse(s, out _, out PacketError e).Judge(e, s));
        found.Add(nameof(BerTlv), s => BerTlv.TryFind(s, 0xC4, out _));
        found.Add(nameof(Bcd), s => Bcd.TryDecode(s, out _));
        found.Add(nameof(CapFile), s => CapFile.TryRead(s.ToArray(), out _, out _));
        found.Add(nameof(SecuredUserData), FeedSecuredUserData);
        found.Add(nameof(Reassembly), FeedReassembly);
        found.Add(nameof(DeliveryReceipt), FeedReceipt);
        found.Add("SmppFraming", FeedFraming);
        found.Add(nameof(PacketProtection), FeedProtection);
        found.Add(nameof(PacketInspection), FeedInspection);
        found.Add("GlobalPlatform commands", FeedCommands);
        found.Add("KeyWrapping", FeedWrapping);
        found.Add(nameof(AuditPublicKey), s => AuditPublicKey.TryRead(s, out _));
        found.Add("PEM", s => AuditPublicKey.TryReadPem(Text(s), out _));
        found.Add(nameof(AuditLine), s => AuditLine.TryRead(Text(s), out _, out _));
        found.Add(nameof(AuditAnchor), s => _ = AuditAnchor.TryParse(Text(s), out _));
        found.Add(nameof(Octets), s => _ = Octets.TryParse(Text(s), out _));
        found.Add("Identifiers as text", FeedText);
        found.Add("Identifiers in files", s =>
        {
            _ = Iccid.TryFromEf(s, out _, out _);
            _ = Msisdn.TryFromEf(s, out _, out _);
            _ = Imsi.TryFromEf(s, out _, out _);
            _ = Aid.TryFrom(s, out _);
        });
        return found;
    }

    private static void FeedPacket<TPacket>(ReadOnlySpan<byte> source) where TPacket : struct, IPacket<TPacket>
    {
        if (!TPacket.TryParse(source, out TPacket packet, out PacketError error).Judge(error, source))
        {
            return;
        }

        byte[] rented = ArrayPool<byte>.Shared.Rent(packet.Length);
        Span<byte> written = rented.AsSpan(0, packet.Length);
        if (packet.Length != source.Length || packet.Write(written) != source.Length || !source.SequenceEqual(written))
        {
            throw new InvalidOperationException($"{typeof(TPacket).Name} writes {Convert.ToHexString(written)} where it has read {Convert.ToHexString(source)}.");
        }

        ArrayPool<byte>.Shared.Return(rented);
    }

    private static bool Judge(this bool parsed, PacketError error, ReadOnlySpan<byte> source) =>
        parsed == (error.Fault == PacketFault.None) && error.Offset >= 0 && error.Offset <= source.Length
            ? parsed
            : throw new InvalidOperationException($"{(parsed ? "Read" : "Refused")} with {error.Fault} at {error.Offset} of {source.Length} octets.");

    private static void FeedSecuredUserData(ReadOnlySpan<byte> source)
    {
        for (int i = 0; i < 4; i++)
        {
            _ = SecuredUserData.TryReadResponse(source, udhi: (i & 1) != 0, segmentsExpected: (i & 2) != 0, out _);
        }
    }

    private static void FeedReassembly(ReadOnlySpan<byte> source)
    {
        // Segments of 20 octets, one after another, so that series begin, meet and are pushed out.
        const int Segment = 20;
        Reassembly held = Reassembly.Empty with { Limits = new(MaxOpen: 3, MaxSegments: 255, TimeSpan.FromMinutes(1)) };
        for (int start = 0; start < source.Length; start += Segment)
        {
            if (UserData.TryParse(source.Slice(start, Math.Min(Segment, source.Length - start)), out UserData userData, out _))
            {
                (held, _) = held.Add(userData, DateTimeOffset.UnixEpoch.AddSeconds(start));
            }
        }
    }

    private static void FeedReceipt(ReadOnlySpan<byte> source)
    {
        _ = DeliveryReceipt.TryRead(new DeliverSm { EsmClass = EsmClass.DeliveryReceipt, ShortMessage = Octets.Copy(source) }, out _);
        _ = DeliveryReceipt.MessageIdForms(Text(source));
    }

    private static void FeedFraming(ReadOnlySpan<byte> source)
    {
        var buffer = new ReadOnlySequence<byte>(source.ToArray());
        long left;
        do
        {
            left = buffer.Length;
        }
        while (SmppFraming.TryRead(ref buffer, maxLength: 65_536, out _) == SmppFraming.Result.Pdu && buffer.Length < left);
    }

    private static void FeedProtection(ReadOnlySpan<byte> source)
    {
        foreach (PacketDialect dialect in Dialects)
        {
            _ = PacketProtection.TryReadHeader(source, out _, out _, dialect);
            _ = PacketProtection.TryReadResponseTar(source, out _, dialect);
            _ = PacketProtection.OpenCommand(source, Aes, dialect: dialect);
            _ = PacketProtection.Open(source, AesHeader, Aes, dialect);
        }

        _ = PacketProtection.OpenCommand(source, TripleDes);
        _ = PacketProtection.OpenCommand(source, keys: null, ccLength: 4);
        _ = PacketProtection.Open(source, DesHeader, TripleDes);
        _ = PacketProtection.Open(source, CrcHeader, Aes);
    }

    private static void FeedInspection(ReadOnlySpan<byte> source)
    {
        foreach (PacketDialect dialect in Dialects)
        {
            _ = PacketInspection.TryCommand(source, Aes, out _, out _, dialect);
            _ = PacketInspection.TryResponse(source, AesHeader, Aes, out _, out _, dialect);
        }

        _ = PacketInspection.TryCommand(source, TripleDes, out _, out _);
        _ = PacketInspection.TryResponse(source, DesHeader, TripleDes, out _, out _);
        _ = PacketInspection.TryCommand(source, keys: null, out _, out _);
    }

    private static void FeedCommands(ReadOnlySpan<byte> source)
    {
        if (CommandApdu.TryParse(source, out CommandApdu command, out _))
        {
            _ = InstallCommand.TryParse(command, out _, out _);
            _ = LoadCommand.TryParse(command, out _, out _);
            _ = DeleteCommand.TryParse(command, out _, out _);
            _ = GetStatusCommand.TryParse(command, out _, out _);
            _ = SetStatusCommand.TryParse(command, out _, out _);
            _ = GetDataCommand.TryParse(command, out _, out _);
            _ = StoreDataCommand.TryParse(command, out _, out _);
            _ = InitializeUpdateCommand.TryParse(command, out _, out _);
        }
    }

    private static void FeedWrapping(ReadOnlySpan<byte> source)
    {
        Octets wrapped = Octets.Copy(source);
        _ = KeyWrapping.TryUnwrap(wrapped, Vault, source, out KeyMaterial? key);
        _ = KeyWrapping.TryUnwrap(wrapped, Vault, source, out VaultKey? vault);
        _ = KeyWrapping.TryUnwrap(wrapped, Vault, source, out AuditSigningKey? signing);
        key?.Dispose();
        vault?.Dispose();
        signing?.Dispose();
    }

    private static void FeedText(ReadOnlySpan<byte> source)
    {
        string text = Text(source);
        _ = Tar.TryParse(text, out _, out _);
        _ = Aid.TryParse(text, out _, out _);
        _ = Iccid.TryParse(text, out _, out _);
        _ = Msisdn.TryParse(text, out _, out _);
        _ = Imsi.TryParse(text, out _, out _);
        _ = FilePath.TryParse(text, out _);
        _ = Pin.TryParse(text, out _);
        _ = SubscriberKey.TryParse(text, out _);
    }

    private static string Text(ReadOnlySpan<byte> source) => Encoding.Latin1.GetString(source);

    private static KeyMaterial Key(int length, KeyAlgorithm algorithm) =>
        KeyMaterial.From(Enumerable.Range(1, length).Select(i => (byte)(7 * i)).ToArray(), algorithm);

    private static CommandHeader Header(CipherAlgorithm cipher, CheckAlgorithm check, Integrity integrity) => new(
        new(integrity, Ciphered: true, CounterRule.Higher, PorRule.Always, integrity, PorCiphered: true, PorInSubmit: false),
        new(cipher, 1), new(check, 1), Tar.SharedFileSystem, new(0x0102030405));
}
