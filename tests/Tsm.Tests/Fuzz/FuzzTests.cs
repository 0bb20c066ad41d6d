using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tsm.Bearers.Sms;
using Tsm.Card.CapFiles;
using Tsm.Card.Encoding;
using Tsm.Tests.Card.CapFiles;
using Tsm.Tests.Testing;
using Xunit.Abstractions;

namespace Tsm.Tests.Fuzz;

/// <summary>Octets from outside may be anything: no parser throws at them, hangs, or needs more memory than they are long.</summary>
/// <remarks><c>TSM_FUZZ=10000000</c> gives every parser that many inputs instead of a few thousand.</remarks>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int ShortForm = 20_000, ShortFormOfSlow = 1_000;
    private const int ChunkLength = 1_000;
    private const int LawsSeeds = 3;

    // What parsing may cost: so much at least, and so many octets of memory for each octet of input.
    private const long Allowance = 64 * 1024, AllowancePerOctet = 1024;

    // What counts as linear where half of the octets are refused and the whole is not, and is copied for every road.
    private const long LinearPerOctet = 64;

    // An archive is unpacked up to the limits of its components, whatever its length.
    private const long AllowanceOfArchive = 64 * 1024 * 1024;

    private static readonly int Inputs = int.TryParse(Environment.GetEnvironmentVariable("TSM_FUZZ"), NumberStyles.None, CultureInfo.InvariantCulture, out int inputs) ? inputs : 0;
    private static readonly TimeSpan LimitOfChunk = TimeSpan.FromMinutes(1);

    private static readonly byte[][] Seeds = [.. KnownOctets(), .. FuzzParsers.ProtectedPackets()];
    private static readonly byte[][] Archives = [CapBuilder.SampleApplet().ToArray(), CapArchives.Sample.Build().ToArray()];
    private static readonly byte[][] LoadFiles = [.. Archives.Select(LoadFileOf)];
    private static readonly byte[][] Texts = [.. KnownTexts()];
    private static readonly byte[][] Keys = [.. KnownKeys()];
    private static readonly byte[][] Pems = [.. KnownPems().Select(Encoding.Latin1.GetBytes)];

    public static TheoryData<string> Names => [.. FuzzParsers.All.Keys];

    public static TheoryData<string> Packets => [.. FuzzParsers.Packets.Select(p => p.Name)];

    [Theory, MemberData(nameof(Names))]
    public async Task No_octets_make_it_throw_hang_or_take_memory_without_bound(string parser)
    {
        FuzzParser parse = FuzzParsers.All[parser];
        bool slow = FuzzParsers.Slow.Contains(parser, StringComparer.Ordinal);
        int count = Inputs > 0 ? Inputs : slow ? ShortFormOfSlow : ShortForm;
        var mutator = new Mutator(SeedsOf(parser), seed: parser.Aggregate(17ul, (h, c) => unchecked(31 * h + c)));
        var watch = Stopwatch.StartNew();

        long most = 0;
        for (int done = 0; done < count; done += ChunkLength)
        {
            int next = Math.Min(ChunkLength, count - done);
            Task<long> chunk = Task.Run(() => Feed(parse, parser, mutator, next));
            Assert.True(await Task.WhenAny(chunk, Task.Delay(LimitOfChunk)) == chunk, $"{parser} does not end at {Convert.ToHexString(mutator.Current)}");
            most = Math.Max(most, await chunk);
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{parser}: {count} inputs, {count / watch.Elapsed.TotalSeconds:0} a second, at most {most} octets of memory for one"));
    }

    [Theory, MemberData(nameof(Names))]
    public void Twice_the_octets_take_no_more_than_twice_the_memory(string parser)
    {
        FuzzParser parse = FuzzParsers.All[parser];

        foreach (byte[] piece in HostilePieces(parser))
        {
            byte[] half = Repeat(piece, 16_000), whole = Repeat(piece, 32_000);

            // Pools are filled before it is measured.
            Allocated(parse, whole);
            long ofHalf = Allocated(parse, half), ofWhole = Allocated(parse, whole);
            Assert.True(ofWhole <= Math.Max(2 * ofHalf + Allowance, LinearPerOctet * whole.Length), $"{parser}: {ofHalf} octets of memory for {half.Length}, {ofWhole} for {whole.Length} of {Convert.ToHexString(piece)}");
        }
    }

    [Theory, MemberData(nameof(Packets))]
    public void Laws_hold_for_every_packet(string packet)
    {
        Type type = FuzzParsers.Packets.Single(p => p.Name == packet);
        MethodInfo hold = typeof(FuzzTests).GetMethod(nameof(HoldLaws), BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod(type);

        int valid = hold.CreateDelegate<Func<int>>()();

        Assert.True(valid > 0, $"No known answer is a {packet}: its laws were tried on blind octets only.");
    }

    [Fact]
    public void Every_method_that_reads_octets_is_fed()
    {
        string[] fed = [.. FuzzParsers.All.Keys, "InstallCommand", "LoadCommand", "DeleteCommand", "GetStatusCommand", "SetStatusCommand", "GetDataCommand", "StoreDataCommand", "InitializeUpdateCommand", "Iccid", "Msisdn", "Imsi", "Aid", "Tar", "FilePath", "Pin", "SubscriberKey"];

        Assert.All(FuzzParsers.Readers(), method => Assert.True(
            fed.Contains(method.DeclaringType!.Name, StringComparer.Ordinal) || FuzzParsers.FedElsewhere.Contains($"{method.DeclaringType.Name}.{method.Name}", StringComparer.Ordinal),
            $"{method.DeclaringType.Name}.{method.Name} has no parser in {nameof(FuzzParsers)}."));
        Assert.True(FuzzParsers.All.Count >= 50, $"{FuzzParsers.All.Count} parsers were found.");
    }

    /// <summary>Returns the number of valid forms whose mutations were tried.</summary>
    private static int HoldLaws<TPacket>() where TPacket : struct, IPacket<TPacket>
    {
        string[] valid = [.. Seeds.Where(s => s.Length is > 0 and < 300 && TPacket.TryParse(s, out _, out _)).Select(Convert.ToHexString).Distinct(StringComparer.Ordinal)
            .OrderByDescending(s => s.Length).Take(LawsSeeds)];
        PacketLaws.Hold<TPacket>(maxLength: 64, valid);
        return valid.Length;
    }

    private static long Feed(FuzzParser parse, string parser, Mutator mutator, int count)
    {
        long allowance = parser == nameof(CapFile) ? AllowanceOfArchive : Allowance, most = 0;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> input = mutator.Next();
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                parse(input);
            }
            catch (Exception thrown)
            {
                throw new InvalidOperationException($"{parser} throws at {Convert.ToHexString(input)}", thrown);
            }

            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            most = Math.Max(most, allocated);
            if (allocated > allowance + AllowancePerOctet * input.Length)
            {
                throw new InvalidOperationException($"{parser} takes {allocated} octets of memory for {input.Length}: {Convert.ToHexString(input)}");
            }
        }

        return most;
    }

    private static long Allocated(FuzzParser parse, byte[] input)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        parse(input);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static byte[][] SeedsOf(string parser) => parser switch
    {
        "CapFile" => Archives,
        "LoadFileContent" => LoadFiles,
        "AuditPublicKey" => Keys,
        "PEM" => Pems,
        "AuditLine" or "AuditAnchor" or "DeliveryReceipt" or "Octets" or "Identifiers as text" => Texts,
        _ => Seeds,
    };

    /// <summary>What parsers like to repeat: every octet, some pairs, and whole valid forms.</summary>
    private static IEnumerable<byte[]> HostilePieces(string parser)
    {
        for (int octet = 0; octet <= byte.MaxValue; octet += octet is < 8 or >= 0xF8 ? 1 : 8)
        {
            yield return [(byte)octet];
        }

        foreach (string form in (string[])["E300", "4F05", "C400", "8180", "7F80", "0003000101", "7000", "00000010000000150000000000000001", "3A20", "69643A", "5B", "7B22"])
        {
            yield return Convert.FromHexString(form);
        }

        foreach (byte[] seed in SeedsOf(parser).Where(s => s.Length is > 0 and < 400).Where((_, i) => i % 7 == 0))
        {
            yield return seed;
        }
    }

    private static byte[] Repeat(byte[] piece, int length)
    {
        byte[] octets = new byte[length];
        for (int i = 0; i < length; i++)
        {
            octets[i] = piece[i % piece.Length];
        }

        return octets;
    }

    /// <summary>Every hexadecimal string of the known answers, and every piece of their PDUs that begins a body.</summary>
    private static IEnumerable<byte[]> KnownOctets()
    {
        foreach (string text in KnownStrings().Where(t => t.Length is > 0 and < 8000 && t.Length % 2 == 0 && t.All(char.IsAsciiHexDigit)))
        {
            byte[] octets = Convert.FromHexString(text);
            yield return octets;
            if (octets.Length > 16 && octets is [0, 0, _, _, _, 0, 0, ..])
            {
                // The body of an SMPP PDU.
                yield return octets[16..];
            }

            if (octets is [0xD2, ..] && octets.Length > CellBroadcastPage.Size)
            {
                // A page of a cell broadcast, which ends its ENVELOPE.
                yield return octets[^CellBroadcastPage.Size..];
            }
        }
    }

    private static byte[] LoadFileOf(byte[] archive) => CapFile.TryRead(archive, out CapFile? cap, out CapFault fault)
        ? LoadFile.Wrap(cap.LoadFileDataBlock()).ToArray()
        : throw new InvalidOperationException(fault.ToString());

    /// <summary>The public keys of the known answers, in DER.</summary>
    private static IEnumerable<byte[]> KnownKeys() =>
        KnownPems().Select(pem => Convert.FromBase64String(pem[PemEncoding.Find(pem).Base64Data]));

    private static IEnumerable<string> KnownPems() =>
        KnownStrings().Where(t => t.StartsWith("-----BEGIN", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal);

    private static IEnumerable<byte[]> KnownTexts() => KnownStrings().Where(t => t.Length is > 3 and < 4000).Select(Encoding.Latin1.GetBytes)
        .Append("12:00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF"u8.ToArray());

    private static IEnumerable<string> KnownStrings()
    {
        foreach (string file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "vectors"), "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(file));
            foreach (string text in Strings(document.RootElement))
            {
                yield return text;
            }
        }
    }

    private static IEnumerable<string> Strings(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => Strings(element.GetString()!),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Strings),
        JsonValueKind.Object => element.EnumerateObject().SelectMany(p => Strings(p.Value)),
        _ => [],
    };

    /// <summary>A string, and those in it where it is a line of JSON itself.</summary>
    private static IEnumerable<string> Strings(string text)
    {
        if (!text.StartsWith("{\"", StringComparison.Ordinal))
        {
            return [text];
        }

        using JsonDocument inner = JsonDocument.Parse(text);
        return [text, .. Strings(inner.RootElement)];
    }
}
