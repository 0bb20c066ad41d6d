using System.Security.Cryptography;
using Tsm.Benchmarks.Loads;

namespace Tsm.Benchmarks.EndToEnd;

/// <summary>A card that server and simulator both know, with keys made for the run.</summary>
internal readonly record struct SiteCard(int Number, string Kic, string Kid, string Dek)
{
    /// <summary>The header of an import.</summary>
    public const string CsvHeader = "iccid,msisdn,model,kvn,kic,kid,dek\n";

    public string Iccid => LoadCards.IccidOf(Number);

    public static SiteCard New(int number) =>
        new(number, Key(), Key(), Key());

    /// <summary>Its line in an import.</summary>
    public string ToCsv() => $"{Iccid},{LoadCards.MsisdnOf(Number)},uicc-aes,1,{Kic},{Kid},{Dek}\n";

    private static string Key() => Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
}
