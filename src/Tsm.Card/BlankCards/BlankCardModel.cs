using System.Collections.Immutable;
using Tsm.Card.Encoding;
using Tsm.Card.SimFiles;

namespace Tsm.Card.BlankCards;

/// <summary>How a model of blank cards is written: where its keys and codes lie, which no standard says.</summary>
public sealed record BlankCardModel
{
    /// <summary>The name for people.</summary>
    public required string Name { get; init; }

    /// <summary>The first octets of answers to reset by which the model is known.</summary>
    public ImmutableArray<Octets> AnswersToReset { get; init; } = [];

    /// <summary>Which code opens the card. Default: ADM1.</summary>
    public PinReference Administrator { get; init; } = PinReference.Adm1;

    /// <summary>
    /// The attempts that must be left before the code is presented, 1 to 15: a card whose last attempt fails is lost. Default 3.
    /// </summary>
    public int LeastAttempts { get; init; } = 3;

    /// <summary>Whether EF_ICCID can be written. Default: no; it is compared.</summary>
    public bool WritesIccid { get; init; }

    /// <summary>The files with Ki and OPc.</summary>
    public ImmutableArray<KeyFile> KeyFiles { get; init; } = [];

    /// <summary>The file with PIN 1, its PUK and their counters; null if codes are not in files.</summary>
    public FilePath? Pin1File { get; init; }

    /// <summary>The file with PIN 2, its PUK and their counters; null if codes are not in files.</summary>
    public FilePath? Pin2File { get; init; }

    /// <summary>Sizes of files and records that differ between cards, in octets.</summary>
    /// <remarks>What is missing is known from <see cref="CardFiles"/>, or is not written. Ask the card: its FCPs say it.</remarks>
    public ImmutableDictionary<FilePath, int> Sizes { get; init; } = ImmutableDictionary<FilePath, int>.Empty;

    /// <summary>sysmoISIM-SJA2, and sysmoISIM-SJA5 with Milenage.</summary>
    /// <remarks>The files of DF.SYSTEM and their layouts as pySim writes them; ICCIDs need a licence and are left alone.</remarks>
    public static BlankCardModel SysmoIsim { get; } = new()
    {
        Name = "sysmoISIM-SJA2/SJA5",
        AnswersToReset = [Octets.Parse("3B9F96801F878031E073FE211B674A4C753034054BA9")],
        KeyFiles =
        [
            new(KeyFileHome.MasterFile, FilePath.Of(0xA515, 0x6F20)),
            new(KeyFileHome.Usim, FilePath.Of(0xAF20)),
            new(KeyFileHome.Isim, FilePath.Of(0xAF20)),
        ],
        Pin1File = FilePath.Of(0xA515, 0x6F01),
        Pin2File = FilePath.Of(0xA515, 0x6F81),
    };

    /// <summary>The model with the size that the FCP of a file tells: of a record, or of the whole file.</summary>
    public BlankCardModel WithSize(FilePath path, FileControlParameters parameters)
    {
        int? size = parameters.Descriptor?.RecordLength ?? parameters.FileSize;
        return size is { } known ? this with { Sizes = Sizes.SetItem(path, known) } : this;
    }

    /// <summary>The size of a file or of its records; null if it is not known.</summary>
    public int? SizeOf(FilePath path) => Sizes.TryGetValue(path, out int size) ? size : CardFiles.Find(path)?.Size;
}

/// <summary>A file of a vendor with Ki and OPc.</summary>
/// <param name="Home">Where its path begins.</param>
/// <param name="Path">The path.</param>
public sealed record KeyFile(KeyFileHome Home, FilePath Path)
{
    /// <summary>Where Ki begins. Default 1, after the octet that names the algorithm.</summary>
    public int KiOffset { get; init; } = 1;

    /// <summary>Where OPc begins. Default 17.</summary>
    public int OpcOffset { get; init; } = 17;

    /// <summary>
    /// The octet that names the algorithm, written at the start of the file; <c>14</c> is Milenage with OPc on sysmocom cards.
    /// Default null: it stays as it is on the card.
    /// </summary>
    public byte? Algorithm { get; init; }
}

/// <summary>Where the path of a file begins.</summary>
public enum KeyFileHome
{
    /// <summary>At the MF.</summary>
    MasterFile,

    /// <summary>At the ADF of the USIM.</summary>
    Usim,

    /// <summary>At the ADF of the ISIM.</summary>
    Isim,
}
