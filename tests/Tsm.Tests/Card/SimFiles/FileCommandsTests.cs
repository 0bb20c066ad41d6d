using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.SimFiles;

namespace Tsm.Tests.Card.SimFiles;

/// <summary>
/// Commands of remote file management. Reading the ICCID and selecting DF.GSM are from public traces (onomondo soft SIM, pySim);
/// the others are coded by hand from TS 102 221 §11.1, TS 102 222 §6 and TS 51.011 §9.2.
/// </summary>
public sealed class FileCommandsTests
{
    private static readonly FileCommands Uicc = FileCommands.Uicc;
    private static readonly FileCommands Sim = FileCommands.Sim;

    [Fact]
    public void Selects_by_identifier_and_by_path()
    {
        Assert.Equal("00A4000C022FE2", Uicc.Select(0x2FE2).ToString());
        Assert.Equal("00A4000402 3F00 00".Replace(" ", ""), Uicc.Select(0x3F00, withFcp: true).ToString());
        Assert.Equal("A0A40000027F20", Sim.Select(0x7F20).ToString());
        Assert.Equal(["00A4080C022FE2"], Text(Uicc.Select(FilePath.Of(0x2FE2))));
        Assert.Equal(["00A4080C047F106F42"], Text(Uicc.Select(FilePath.Of(0x3F00, 0x7F10, 0x6F42))));
        Assert.Equal(["00A4000C027FFF", "00A40004026F0700"], Text(Uicc.Select(FilePath.Of(0x7FFF, 0x6F07), withFcp: true)));
        Assert.Equal(["A0A40000023F00", "A0A40000027F20", "A0A40000026F07"], Text(Sim.Select(FilePath.Of(0x7F20, 0x6F07))));
        Assert.Equal(["00A4000C023F00"], Text(Uicc.Select(FilePath.MasterFile)));
    }

    [Fact]
    public void Reads_and_writes_files_and_records()
    {
        Assert.Equal("00B000000A", Uicc.ReadBinary(0, 10).ToString());
        Assert.Equal("A0B001FF00", Sim.ReadBinary(0x1FF, 256).ToString());
        Assert.Equal("00D6000A020102", Uicc.UpdateBinary(10, Octets.Parse("0102")).ToString());
        Assert.Equal("00B201041C", Uicc.ReadRecord(1, 28).ToString());
        Assert.Equal("A0DC0204021122", Sim.UpdateRecord(2, Octets.Parse("1122")).ToString());
        Assert.Equal("00DC0003021122", Uicc.UpdateOldest(Octets.Parse("1122")).ToString());
        Assert.Equal("00A2010402414200", Uicc.SearchRecord(Octets.Parse("4142")).ToString());
        Assert.Equal("A0A2001002414200", Sim.SearchRecord(Octets.Parse("4142")).ToString());
        Assert.Equal("803200000300000100", Uicc.Increase(Octets.Parse("000001")).ToString());
        Assert.Equal("A03200000300000100", Sim.Increase(Octets.Parse("000001")).ToString());
        Assert.Throws<ArgumentOutOfRangeException>(() => Uicc.ReadBinary(0x8000, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Uicc.ReadRecord(0, 1));
        Assert.Throws<ArgumentException>(() => Uicc.UpdateBinary(0, Octets.Empty));
    }

    [Fact]
    public void Cuts_long_content_into_commands()
    {
        var commands = Uicc.UpdateAll(Octets.Own(new byte[600]));

        Assert.Equal(["00D60000FF", "00D600FFFF", "00D601FE5A"], commands.Select(c => c.ToString()[..10]));
    }

    [Fact]
    public void Manages_files()
    {
        Assert.Equal("00040000", Uicc.Deactivate().ToString());
        Assert.Equal("A0440000", Sim.Activate().ToString());
        Assert.Equal("00E40000026F99", Uicc.Delete(0x6F99).ToString());
        Assert.Equal("80D400000A620883026F9980020100".Replace(" ", ""), Uicc.Resize(0x6F99, 0x100).ToString());
        Assert.Equal(
            "00E00000166214 82024121 83026F99 8A0105 8B032F0601 8002000A".Replace(" ", ""),
            Uicc.Create(FileControlParameters.Of(new(0x6F99, FileDescriptor.Transparent, 10) { Security = Octets.Parse("2F0601") })).ToString());
    }

    [Fact]
    public void Presents_changes_and_unblocks_codes()
    {
        Pin pin = Pin.Parse("1234");
        Pin puk = Pin.Parse("12345678");

        Assert.Equal("002000010831323334FFFFFFFF", Uicc.VerifyPin(PinReference.Pin1, pin).ToString());
        Assert.Equal("0020000A", Uicc.AskAttempts(PinReference.Adm1).ToString());
        Assert.Equal("002400811031323334FFFFFFFF3132333435363738", Uicc.ChangePin(PinReference.Pin2, pin, puk).ToString());
        Assert.Equal("002600010831323334FFFFFFFF", Uicc.DisablePin(PinReference.Pin1, pin).ToString());
        Assert.Equal("A02800010831323334FFFFFFFF", Sim.EnablePin(PinReference.Pin1, pin).ToString());
        Assert.Equal("002C000110313233343536373831323334FFFFFFFF", Uicc.UnblockPin(PinReference.Pin1, puk, pin).ToString());
        Assert.Equal("A02C000010313233343536373831323334FFFFFFFF", Sim.UnblockPin(PinReference.Pin1, puk, pin).ToString());
        Assert.Equal("A02C000210313233343536373831323334FFFFFFFF", Sim.UnblockPin(PinReference.Chv2, puk, pin).ToString());
    }

    [Fact]
    public void Codes_do_not_print()
    {
        Pin pin = Pin.Parse("1234");

        Assert.DoesNotContain("1234", $"{pin}", StringComparison.Ordinal);
        Assert.DoesNotContain("3132", System.Text.Json.JsonSerializer.Serialize(pin), StringComparison.Ordinal);
        Assert.Equal(pin, Pin.FromOctets(Octets.Parse("31323334FFFFFFFF")));
        FormatException refused = Assert.Throws<FormatException>(() => Pin.Parse("12345x"));
        Assert.DoesNotContain("12345", refused.Message, StringComparison.Ordinal);
        Assert.False(Pin.TryParse("123", out _));
        Assert.False(Pin.TryParse("123456789", out _));
        Assert.Throws<InvalidOperationException>(() => default(Pin).ToOctets());
    }

    [Theory]
    [InlineData("3F00", "3F00")]
    [InlineData("3F00/7F10/6F42", "7F10/6F42")]
    [InlineData("7FFF/6F07", "7FFF/6F07")]
    public void Paths_are_read_and_printed(string text, string expected) => Assert.Equal(expected, FilePath.Parse(text).ToString());

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("6F0")]
    [InlineData("6F07/")]
    [InlineData("6F+7")]
    [InlineData("0001/0002/0003/0004/0005/0006/0007/0008/0009")]
    public void Other_text_is_no_path(string? text) => Assert.False(FilePath.TryParse(text, out _));

    [Fact]
    public void Files_are_known_by_name_and_place()
    {
        CardFile imsi = CardFiles.Get("EF.IMSI");

        Assert.Equal(FilePath.Parse("7FFF/6F07"), imsi.InAdf);
        Assert.Equal(FilePath.Parse("7F20/6F07"), imsi.BelowMf);
        Assert.Equal(9, imsi.Size);
        Assert.Same(imsi, CardFiles.Find(FilePath.Parse("7F20/6F07")));
        Assert.Null(CardFiles.Get("EF.ICCID").InAdf);
        Assert.Null(CardFiles.Find(FilePath.Parse("7F20/6FFF")));
        Assert.Throws<ArgumentException>(() => CardFiles.Get("EF.NONE"));
        Assert.Equal(CardFiles.All.Length, CardFiles.All.Select(f => f.Name).Distinct().Count());
        Assert.Equal(
            CardFiles.All.Sum(f => f.Paths.Length), CardFiles.All.SelectMany(f => f.Paths).Distinct().Count());
    }

    private static IEnumerable<string> Text(IEnumerable<CommandApdu> commands) => commands.Select(c => c.ToString());
}
