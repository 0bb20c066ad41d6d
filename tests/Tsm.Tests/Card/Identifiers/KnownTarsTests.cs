using Tsm.Card.Identifiers;

namespace Tsm.Tests.Card.Identifiers;

public sealed class KnownTarsTests
{
    [Theory]
    [InlineData("000000", TarFormat.Compact, true)]
    [InlineData("B20100", TarFormat.Expanded, true)]
    [InlineData("B00000", TarFormat.Compact, true)]
    [InlineData("B00001", TarFormat.Compact, true)]
    [InlineData("B00010", TarFormat.Compact, true)]
    [InlineData("B00011", TarFormat.Compact, true)]
    [InlineData("B00120", TarFormat.Expanded, true)]
    [InlineData("B00130", TarFormat.Expanded, true)]
    [InlineData("B00140", TarFormat.Expanded, true)]
    [InlineData("B20203", TarFormat.BerTlv, false)]
    [InlineData("BFFF00", TarFormat.Application, false)]
    [InlineData("AF4D01", TarFormat.Application, false)]
    [InlineData("C00000", TarFormat.Application, false)]
    public void Known_tars_say_how_their_data_is_laid_out(string tar, TarFormat format, bool management)
    {
        KnownTar? known = KnownTars.Find(Tar.Parse(tar));

        Assert.Equal((format, management), (known!.Value.Format, known.Value.IsRemoteManagement));
    }

    [Fact]
    public void Ranges_do_not_overlap_and_stand_in_their_order() => Assert.All(
        KnownTars.All.Zip(KnownTars.All.Skip(1)), pair => Assert.True(pair.First.Last.Value < pair.Second.First.Value, pair.First.Name));

    [Theory]
    [InlineData("B00150")]
    [InlineData("B20300")]
    [InlineData("BF0000")]
    public void Other_tars_are_reserved(string tar)
    {
        Assert.Null(KnownTars.Find(Tar.Parse(tar)));
        Assert.False(KnownTars.MayBeAllocated(Tar.Parse(tar)));
    }

    [Fact]
    public void Clashes_are_found_and_named()
    {
        Tar[] wanted = [.. "AF4D01 AF4D02 AF4D02 B00010 B00150 B20000 BFFF01".Split(' ').Select(Tar.Parse)];

        var clashes = KnownTars.Clashes(wanted, [Tar.Parse("AF4D01")]);

        Assert.Equal(
            [
                "TAR AF4D01 is taken on this card.",
                "TAR AF4D02 is wanted twice.",
                "TAR B00010 is reserved for: files of the SIM.",
                "TAR B00150 is reserved by TS 101 220.",
                "TAR B20000 is reserved for: USAT interpreter.",
            ],
            clashes.Select(c => c.Problem));
    }
}
