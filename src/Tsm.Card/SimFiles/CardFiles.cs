using System.Collections.Immutable;

namespace Tsm.Card.SimFiles;

/// <summary>The files of a SIM, a USIM and an ISIM that Tsm reads or writes: where they lie and how large they are.</summary>
/// <remarks>TS 102 221 §13, TS 31.102 §4, TS 31.103 §4, TS 51.011 §10.</remarks>
public static class CardFiles
{
    private const ushort Telecom = 0x7F10;
    private const ushort Gsm = 0x7F20;
    private const ushort Adf = FilePath.CurrentAdfId;

    /// <summary>All of them.</summary>
    public static ImmutableArray<CardFile> All { get; } =
    [
        new("EF.ICCID", FileKind.Transparent, 10, FilePath.Of(0x2FE2)),
        new("EF.DIR", FileKind.LinearFixed, null, FilePath.Of(0x2F00)),
        new("EF.PL", FileKind.Transparent, null, FilePath.Of(0x2F05)),
        new("EF.ARR", FileKind.LinearFixed, null, FilePath.Of(0x2F06)),
        new("DF.TELECOM", FileKind.Directory, null, FilePath.Of(Telecom)),
        new("DF.GSM", FileKind.Directory, null, FilePath.Of(Gsm)),
        new("ADF.USIM", FileKind.Directory, null, FilePath.Of(Adf)),
        new("EF.ADN", FileKind.LinearFixed, null, FilePath.Of(Telecom, 0x6F3A)),
        new("EF.SMS", FileKind.LinearFixed, 176, FilePath.Of(Telecom, 0x6F3C), FilePath.Of(Adf, 0x6F3C)),
        new("EF.MSISDN", FileKind.LinearFixed, null, FilePath.Of(Telecom, 0x6F40), FilePath.Of(Adf, 0x6F40)),
        new("EF.SMSP", FileKind.LinearFixed, null, FilePath.Of(Telecom, 0x6F42), FilePath.Of(Adf, 0x6F42)),
        new("EF.SMSS", FileKind.Transparent, 2, FilePath.Of(Telecom, 0x6F43), FilePath.Of(Adf, 0x6F43)),
        Both("EF.IMSI", 0x6F07, 9),
        new("EF.Keys", FileKind.Transparent, 33, FilePath.Of(Adf, 0x6F08)),
        new("EF.KeysPS", FileKind.Transparent, 33, FilePath.Of(Adf, 0x6F09)),
        Both("EF.PLMNsel", 0x6F30, null),
        Both("EF.HPPLMN", 0x6F31, 1),
        new("EF.UST", FileKind.Transparent, null, FilePath.Of(Adf, 0x6F38)),
        Both("EF.GID1", 0x6F3E, null),
        Both("EF.GID2", 0x6F3F, null),
        Both("EF.SPN", 0x6F46, 17),
        new("EF.EST", FileKind.Transparent, null, FilePath.Of(Adf, 0x6F56)),
        Both("EF.PLMNwAcT", 0x6F60, null),
        Both("EF.OPLMNwAcT", 0x6F61, null),
        Both("EF.HPLMNwAcT", 0x6F62, null),
        new("EF.PSLOCI", FileKind.Transparent, 14, FilePath.Of(Adf, 0x6F73)),
        Both("EF.ACC", 0x6F78, 2),
        Both("EF.FPLMN", 0x6F7B, null),
        Both("EF.LOCI", 0x6F7E, 11),
        Both("EF.AD", 0x6FAD, null),
        new("EF.SPDI", FileKind.Transparent, null, FilePath.Of(Adf, 0x6FCD)),
        new("EF.EHPLMN", FileKind.Transparent, null, FilePath.Of(Adf, 0x6FD9)),
        new("EF.EPSLOCI", FileKind.Transparent, 18, FilePath.Of(Adf, 0x6FE3)),
    ];

    /// <summary>The files of an ISIM, below its own ADF.</summary>
    public static ImmutableArray<CardFile> Isim { get; } =
    [
        new("EF.IMPI", FileKind.Transparent, null, FilePath.Of(Adf, 0x6F02)),
        new("EF.DOMAIN", FileKind.Transparent, null, FilePath.Of(Adf, 0x6F03)),
        new("EF.IMPU", FileKind.LinearFixed, null, FilePath.Of(Adf, 0x6F04)),
        new("EF.P-CSCF", FileKind.LinearFixed, null, FilePath.Of(Adf, 0x6F09)),
    ];

    /// <summary>The first octets of the AID of a USIM.</summary>
    public static ReadOnlySpan<byte> UsimAid => [0xA0, 0x00, 0x00, 0x00, 0x87, 0x10, 0x02];

    /// <summary>The first octets of the AID of an ISIM.</summary>
    public static ReadOnlySpan<byte> IsimAid => [0xA0, 0x00, 0x00, 0x00, 0x87, 0x10, 0x04];

    /// <summary>Finds a file of a SIM or USIM by its name, such as <c>EF.IMSI</c>.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static CardFile Get(string name) => All.FirstOrDefault(f => f.Name == name)
        ?? throw new ArgumentException($"No file is called {name}.", nameof(name));

    /// <summary>Finds a file of a SIM or USIM by where it lies.</summary>
    public static CardFile? Find(FilePath path) => All.FirstOrDefault(f => f.Paths.Contains(path));

    private static CardFile Both(string name, ushort id, int? size) =>
        new(name, FileKind.Transparent, size, FilePath.Of(Gsm, id), FilePath.Of(Adf, id));
}

/// <summary>A file that standards name.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What kind of file.</param>
/// <param name="Size">Its octets, or those of a record, where they are always the same.</param>
/// <param name="Paths">Where it lies: first below the MF, then in the ADF of the application; often one file with two names.</param>
public sealed record CardFile(string Name, FileKind Kind, int? Size, params ImmutableArray<FilePath> Paths)
{
    /// <summary>Where it lies in the ADF of the application; null if it does not.</summary>
    public FilePath? InAdf => Paths.Any(p => p.IsInAdf) ? Paths.First(p => p.IsInAdf) : null;

    /// <summary>Where it lies below the MF; null if it does not.</summary>
    public FilePath? BelowMf => Paths.Any(p => !p.IsInAdf) ? Paths.First(p => !p.IsInAdf) : null;

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
