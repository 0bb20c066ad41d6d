using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tsm.Card.Identifiers;

namespace Tsm.Cli.Demo;

/// <summary>A simulated card with its keys; it prints without them.</summary>
internal sealed record DemoCard(string Iccid, string Msisdn, DemoModel Model, string Kic, string Kid, string Dek)
{
    /// <summary>The key version number of its one key set.</summary>
    public const int KeyVersion = 1;

    public override string ToString() => Iccid;
}

/// <summary>What a card model is called by the server and by the simulator, what its keys are for and how many octets they have.</summary>
internal sealed record DemoModel(string Name, string Profile, string Algorithm, int KeyLength);

/// <summary>Makes cards nobody has: valid numbers from ranges that nobody is given, keys from the system's generator.</summary>
internal static class DemoCards
{
    /// <summary>The most cards at a time.</summary>
    public const int MaxCards = 100_000;

    /// <summary>ITU-T E.118: 89 for telecommunications; country code 999 is not in use (E.164 reserves it).</summary>
    private const string Issuer = "89999";

    private const string CountryCode = "999";

    /// <summary>The models in the order in which cards take them.</summary>
    public static IReadOnlyList<DemoModel> Models { get; } =
    [
        new("uicc-aes", "aes", "aes", 16),
        new("uicc-3des", "3des", "3des", 16),
        new("uicc-small", "small", "aes", 16),
        new("uicc-aes256", "aes256", "aes", 32),
        new("uicc-3des3", "3des3", "3des", 24),
        new("uicc-aes-expanded", "aes-expanded", "aes", 16),
    ];

    /// <summary>Makes cards, the models in turn.</summary>
    /// <param name="count">1 to <see cref="MaxCards"/>.</param>
    public static IReadOnlyList<DemoCard> Make(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MaxCards);

        // A random batch, then consecutive numbers: unique among themselves, and hardly ever those of another demo.
        int batch = RandomNumberGenerator.GetInt32(1_000_000);
        return [.. Enumerable.Range(0, count).Select(i => Make(batch, i, Models[i % Models.Count]))];
    }

    /// <summary>The cards as the server imports them.</summary>
    public static string ToCsv(IEnumerable<DemoCard> cards)
    {
        var csv = new StringBuilder("iccid,msisdn,model,kvn,kic,kid,dek\n");
        foreach (DemoCard card in cards)
        {
            csv.Append(CultureInfo.InvariantCulture,
                $"{card.Iccid},{card.Msisdn},{card.Model.Name},{DemoCard.KeyVersion},{card.Kic},{card.Kid},{card.Dek}\n");
        }

        return csv.ToString();
    }

    /// <summary>The cards as the simulator reads them.</summary>
    public static SimulatorCards ToSimulator(IEnumerable<DemoCard> cards) => new(
    [
        .. cards.Select(c => new SimulatorCard(c.Iccid, c.Msisdn, c.Model.Profile,
            [new(DemoCard.KeyVersion, c.Model.Algorithm, c.Kic, c.Kid, c.Dek)])),
    ]);

    private static DemoCard Make(int batch, int index, DemoModel model)
    {
        string number = string.Create(CultureInfo.InvariantCulture, $"{Issuer}{batch:D6}{index:D7}");
        string msisdn = string.Create(CultureInfo.InvariantCulture, $"{CountryCode}{batch % 10_000:D4}{index:D6}");
        return new(number + Iccid.CheckDigit(number), msisdn, model, Key(model), Key(model), Key(model));
    }

    private static string Key(DemoModel model)
    {
        byte[] key = RandomNumberGenerator.GetBytes(model.KeyLength);
        if (model.Algorithm is "3des")
        {
            OddParity(key);
        }

        string hex = Convert.ToHexString(key);
        CryptographicOperations.ZeroMemory(key);
        return hex;
    }

    /// <summary>FIPS 46-3: the last bit of each octet of a DES key makes the number of ones odd.</summary>
    private static void OddParity(byte[] key)
    {
        for (int i = 0; i < key.Length; i++)
        {
            int seven = key[i] & 0xFE;
            key[i] = (byte)(seven | (System.Numerics.BitOperations.PopCount((uint)seven) % 2 == 0 ? 1 : 0));
        }
    }
}

/// <summary>The simulator's file of cards.</summary>
internal sealed record SimulatorCards(IReadOnlyList<SimulatorCard> Cards);

/// <summary>One card of the simulator; it prints without its keys.</summary>
internal sealed record SimulatorCard(string Iccid, string Msisdn, string Profile, IReadOnlyList<SimulatorKeySet> KeySets)
{
    public override string ToString() => Iccid;
}

/// <summary>A key set of a simulated card; it prints as its version.</summary>
internal sealed record SimulatorKeySet(int Version, string Algorithm, string Kic, string Kid, string Dek)
{
    public override string ToString() => $"key version {Version}";
}
