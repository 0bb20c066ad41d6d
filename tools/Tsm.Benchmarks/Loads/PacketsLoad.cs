using System.Diagnostics;
using System.Globalization;
using System.Text;
using Tsm.Benchmarks.Limits;
using Tsm.Benchmarks.Reporting;
using Tsm.Card.Identifiers;
using Tsm.Security.Keys;
using Tsm.Security.Scp80;
using Tsm.Testing;

namespace Tsm.Benchmarks.Loads;

/// <summary><c>packets</c>: secured packets made and opened on one core, beside what <c>openssl speed</c> makes of the same octets.</summary>
internal static class PacketsLoad
{
    /// <summary>Octets of a script that just fits one short message with AES.</summary>
    private const int Script = 96;

    private const int Batch = 1000;
    private const int LaboratoryCases = 300_000;
    private const int LimitSeconds = 2;
    private const double WantedCases = 50_000;

    private static readonly Suite[] Suites =
    [
        new("AES-128, CMAC", 0x12, 0x12, 16, KeyAlgorithm.Aes, ["-evp", "aes-128-cbc"], ["-cmac", "aes-128-cbc"], Wanted: 1_000_000, Part: 0.25),
        new("AES-256, CMAC", 0x12, 0x12, 32, KeyAlgorithm.Aes, ["-evp", "aes-256-cbc"], ["-cmac", "aes-256-cbc"], Wanted: null, Part: 0.25),
        new("3DES with 2 keys", 0x15, 0x15, 16, KeyAlgorithm.TripleDes, ["-evp", "des-ede-cbc"], ["-evp", "des-ede-cbc"], Wanted: null, Part: 0.6),
        new("3DES with 3 keys", 0x19, 0x19, 24, KeyAlgorithm.TripleDes, ["-evp", "des-ede3-cbc"], ["-evp", "des-ede3-cbc"], Wanted: null, Part: 0.6),
    ];

    /// <summary>Algorithms of a packet.</summary>
    /// <param name="Name">For people.</param>
    /// <param name="Kic">KIc.</param>
    /// <param name="Kid">KID.</param>
    /// <param name="KeyLength">Octets of either key.</param>
    /// <param name="Algorithm">What they are for.</param>
    /// <param name="Cipher">The same cipher for <c>openssl speed</c>.</param>
    /// <param name="Check">The same check.</param>
    /// <param name="Wanted">Packets a second.</param>
    /// <param name="Part">Of the limit, 0..1.</param>
    private sealed record Suite(
        string Name, byte Kic, byte Kid, int KeyLength, KeyAlgorithm Algorithm, string[] Cipher, string[] Check, double? Wanted, double Part)
    {
        public CommandHeader Header { get; } = HeaderOf(Kic, Kid);

        public int Block => Algorithm == KeyAlgorithm.Aes ? 16 : 8;

        private static CommandHeader HeaderOf(byte kic, byte kid)
        {
            _ = Spi.TryParse([0x16, 0x39], out Spi spi, out _);
            _ = Security.Scp80.Kic.TryParse([kic], out Kic cipher, out _);
            _ = Security.Scp80.Kid.TryParse([kid], out Kid check, out _);
            return new(spi, cipher, check, Tar.Parse("B00001"), new(1));
        }
    }

    public static async Task RunAsync(Bench bench, CancellationToken cancellationToken)
    {
        foreach (Suite suite in Suites)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Limit? limit = await LimitAsync(bench, suite);
            using var keys = new KeySet(1, Key(suite, 1), Key(suite, 2), dek: null);
            byte[] script = new byte[Script], packet = new byte[PacketProtection.PacketLength(suite.Header, Script)];
            double wrapped = await bench.BestAsync(() => Task.FromResult(Measure(bench.Options.Span, n =>
                PacketProtection.Protect(suite.Header with { Counter = new(n) }, keys, script, packet))));
            double? least = limit is null ? suite.Wanted : Math.Max(suite.Wanted ?? 0, suite.Part * limit.Value);
            bench.Add(new("packets", $"wrap of {Script} octets, {suite.Name}", "1 core", null, wrapped, Figure.PerSecond, Allocated(suite, keys))
            {
                Limit = limit,
                Wanted = least,
            });
            double opened = await bench.BestAsync(() => Task.FromResult(Measure(bench.Options.Span, _ =>
                PacketProtection.OpenCommand(packet, keys).Status.Code)));
            bench.Add(new("packets", $"unwrap of the same, {suite.Name}", "1 core", null, opened, Figure.PerSecond, "") { Limit = limit });
        }

        double cases = await bench.BestAsync(() => LaboratoryAsync(cancellationToken));
        bench.Add(new("packets", "tsm packet wrap --jsonl, AES-128 and CMAC", "1 process", null, cases, Figure.PerSecond, $"{LaboratoryCases.ToString("#,0", CultureInfo.InvariantCulture)} cases, start included")
        {
            Wanted = WantedCases,
        });
    }

    private static async Task<Limit?> LimitAsync(Bench bench, Suite suite)
    {
        // CNTR, PCNTR, CC, script and padding are ciphered; all but the CC, from CPL on, is what the CC covers.
        int ciphered = Whole(6 + 8 + Script, suite.Block), covered = 16 + ciphered - 14;
        int summed = suite.Algorithm == KeyAlgorithm.Aes ? covered : Whole(covered, suite.Block);
        double? cipher = await OpenSslSpeed.MeasureAsync(ciphered, LimitSeconds, suite.Cipher);
        double? check = await OpenSslSpeed.MeasureAsync(summed, LimitSeconds, suite.Check);
        return cipher is null || check is null
            ? null
            : bench.Note(new($"openssl speed, {suite.Name}: {ciphered} octets ciphered and {summed} summed", 1 / (ciphered / cipher.Value + summed / check.Value)));
    }

    private static int Whole(int octets, int block) => (octets + block - 1) / block * block;

    private static double Measure(TimeSpan span, Func<ulong, int> once)
    {
        ulong number = 1;
        Count(TimeSpan.FromSeconds(1)); // Until all is compiled for good.
        return Count(span);

        double Count(TimeSpan until)
        {
            ulong from = number;
            long started = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(started) < until)
            {
                for (int i = 0; i < Batch; i++)
                {
                    once(number++);
                }
            }

            return (number - from) / Stopwatch.GetElapsedTime(started).TotalSeconds;
        }
    }

    private static string Allocated(Suite suite, KeySet keys)
    {
        byte[] script = new byte[Script], packet = new byte[PacketProtection.PacketLength(suite.Header, Script)];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Batch; i++)
        {
            PacketProtection.Protect(suite.Header, keys, script, packet);
        }

        long octets = (GC.GetAllocatedBytesForCurrentThread() - before) / Batch;
        return $"{octets} octets allocated a packet";
    }

    private static KeyMaterial Key(Suite suite, int seed) =>
        KeyMaterial.From([.. Enumerable.Range(0, suite.KeyLength).Select(i => (byte)(i * 7 + seed))], suite.Algorithm);

    /// <returns>Cases per second, from the start of the process to its last result.</returns>
    private static async Task<double> LaboratoryAsync(CancellationToken cancellationToken)
    {
        var cases = new StringBuilder();
        for (int i = 0; i < LaboratoryCases; i++)
        {
            cases.Append(CultureInfo.InvariantCulture, $"{{\"id\":{i},\"spi1\":\"16\",\"spi2\":\"39\",\"kic\":\"12\",\"kid\":\"12\",\"tar\":\"b00001\",\"cntr\":\"{i:x10}\",\"keys\":{{\"kic\":\"{i:x32}\",\"kid\":\"{i + 1:x32}\"}},\"plaintext\":\"")
                .Append('0', 2 * Script).Append("\"}\n");
        }

        byte[] input = Encoding.UTF8.GetBytes(cases.ToString());
        long started = Stopwatch.GetTimestamp();
        using Process process = Process.Start(Programs.Start(Programs.Cli, ["packet", "wrap", "--jsonl"]))!;
        Task writing = Task.Run(
            async () =>
            {
                await process.StandardInput.BaseStream.WriteAsync(input, cancellationToken);
                process.StandardInput.Close();
            },
            cancellationToken);
        int results = 0;
        byte[] buffer = new byte[1 << 16];
        for (int read; (read = await process.StandardOutput.BaseStream.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            results += buffer.AsSpan(0, read).Count((byte)'\n');
        }

        await writing;
        await process.WaitForExitAsync(cancellationToken);
        return results == LaboratoryCases
            ? results / Stopwatch.GetElapsedTime(started).TotalSeconds
            : throw new InvalidOperationException($"Of {LaboratoryCases} cases {results} were answered.");
    }
}
