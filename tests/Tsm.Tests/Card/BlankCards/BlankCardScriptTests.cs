using System.Collections.Immutable;
using Tsm.Card.Apdu;
using Tsm.Card.BlankCards;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Card.SimFiles;

namespace Tsm.Tests.Card.BlankCards;

/// <summary>
/// Writing blank cards. The layouts of DF.SYSTEM are those of pySim's test vectors for sysmoISIM-SJA2 (EF.CHV1, EF.SIM_AUTH_KEY), the
/// order is that of its program and of TS 31.102; the keys are the example of TS 35.207.
/// </summary>
public sealed class BlankCardScriptTests
{
    private const string Ki = "465B5CE8B199B49FAA5F0A2EE238A6BC";
    private const string Opc = "CD63CB71954A9F4E48A5994E37A02BAF";

    private static readonly Dictionary<string, string> Columns = new()
    {
        ["ICCID"] = "8988211000000430010",
        ["IMSI"] = "901700000012345",
        ["ADM1"] = "77777777",
        ["Ki"] = Ki,
        ["OPc"] = Opc,
        ["MSISDN"] = "+4917279119183",
        ["SMSC"] = "+49301234567",
        ["SPN"] = "GSM-R CH",
        ["PIN1"] = "1234",
        ["PUK1"] = "12345678",
        ["unknown"] = "ignored",
    };

    private static BlankCardModel Model { get; } = BlankCardModel.SysmoIsim with
    {
        Sizes = ImmutableDictionary<FilePath, int>.Empty
            .Add(FilePath.Parse("7F10/6F40"), 34)
            .Add(FilePath.Parse("7F10/6F42"), 52)
            .Add(FilePath.Parse("7FFF/6F62"), 10),
    };

    [Fact]
    public void Writes_in_an_order_that_leaves_no_half_card()
    {
        string[] purposes = [.. BlankCardScript.For(Row(), Model).Select(s => s.Purpose).Where(p => !p.StartsWith("select", StringComparison.Ordinal))];

        Assert.Equal(
            [
                "ask how many attempts the administrative code has left",
                "present the administrative code",
                "compare the ICCID, whether this is the card of the row",
                "write Ki of the SIM", "write OPc of the SIM",
                "write Ki of the USIM", "write OPc of the USIM",
                "write Ki of the ISIM", "write OPc of the ISIM",
                "write the IMSI", "write the access class", "write the length of the MNC", "write the location",
                "write the name of the provider", "write the service centre", "write the number",
                "compare the IMSI", "compare the access class", "compare the length of the MNC",
                "compare the name of the provider", "compare the service centre", "compare the number",
                "write PIN 1",
            ],
            purposes);
    }

    [Fact]
    public void The_commands_are_those_that_cards_of_this_model_take()
    {
        string[] apdus = [.. BlankCardScript.For(Row(), Model).Select(s => s.Command.ToString())];

        string[] expected =
        [
            "00A4000C023F00", "0020000A", "0020000A083737373737373737", "00A4080C022FE2", "00B000000A",
            "00A4080C04A5156F20", "00D6000110" + Ki, "00D6001110" + Opc,
            "00A4040C07A0000000871002", "00A4000C02AF20", "00D6000110" + Ki, "00D6001110" + Opc,
            "00A4040C07A0000000871004", "00A4000C02AF20", "00D6000110" + Ki, "00D6001110" + Opc,
            "00A4040C07A0000000871002", "00A4000C026F07", "00D6000009089910070000103254",
            "00A4040C07A0000000871002", "00A4000C026F78", "00D60000020020",
            "00A4040C07A0000000871002", "00A4000C026FAD", "00D600000400000002",
            "00A4040C07A0000000871002", "00A4000C026F7E", "00D600000BFFFFFFFFFFFFFF0000FF01",
            "00A4040C07A0000000871002", "00A4000C026F46", "00D60000110147534D2D52204348FFFFFFFFFFFFFFFF",
            "00A4080C047F106F42", "00DC010434FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFDFFFFFFFFFFFFFFFFFFFFFFFF07919403214365F7FFFFFFFFFFFFFF",
            "00A4080C047F106F40", "00DC010422FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF0891947172199181F3FFFFFFFFFF",
        ];
        Assert.Equal(expected, apdus[..expected.Length]);
        Assert.Equal(["00A4080C04A5156F01", "00D6000015F1030331323334FFFFFFFF0A0A3132333435363738"], apdus[^2..]);
    }

    [Fact]
    public void Running_again_writes_the_same()
    {
        Assert.Equal(BlankCardScript.For(Row(), Model).AsEnumerable(), BlankCardScript.For(Row(), Model));
        Assert.DoesNotContain(BlankCardScript.For(Row(), Model), s => s.Command.Ins is Instruction.ChangePin or Instruction.Increase);
    }

    [Fact]
    public void No_secret_prints()
    {
        SubscriptionRow row = Row();
        string printed = string.Join('\n', BlankCardScript.For(row, Model).Select(s => s.ToString())) + row + row.Ki + row.Adm1
            + System.Text.Json.JsonSerializer.Serialize(row.Ki);

        string[] secrets = [Ki, Opc, "3737373737373737", "77777777", "31323334FFFF", "3132333435363738", "12345678"];
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, printed, StringComparison.OrdinalIgnoreCase));
        Assert.Contains("IMSI 901700000012345", printed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("63C3", true, "")]
    [InlineData("9000", true, "")]
    [InlineData("63C2", false, "Only 2 attempts are left")]
    [InlineData("6983", false, "blocked")]
    [InlineData("6A88", false, "so none is made")]
    public void The_code_is_presented_only_while_attempts_are_left(string status, bool accepted, string expected)
    {
        CardStep step = BlankCardScript.For(Row(), Model).Single(s => s.Expectation == StepExpectation.AttemptsLeft);

        bool accepts = step.Accepts(new(new StatusWord(Convert.ToUInt16(status, 16))), out string problem);

        Assert.Equal(accepted, accepts);
        Assert.Contains(expected, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_code_and_another_card_stop_it()
    {
        ImmutableArray<CardStep> steps = BlankCardScript.For(Row(), Model);
        CardStep verify = steps.Single(s => s.Expectation == StepExpectation.Verified);
        CardStep iccid = steps.First(s => s.Expectation == StepExpectation.SameContent);

        Assert.False(verify.Accepts(new(new StatusWord(0x63C2)), out string problem));
        Assert.Contains("Do not repeat", problem, StringComparison.Ordinal);
        Assert.True(iccid.Accepts(new(Iccid.Parse("8988211000000430010").ToEf(), StatusWord.Success), out _));
        Assert.False(iccid.Accepts(new(Octets.Parse("98940000000000001000F5"), StatusWord.Success), out problem));
        Assert.Contains("expected 988812010000400310F0", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_may_write_the_iccid_the_algorithm_and_lists_of_networks()
    {
        BlankCardModel model = Model with
        {
            WritesIccid = true,
            KeyFiles = [new(KeyFileHome.Usim, FilePath.Of(0xAF20)) { Algorithm = 0x14 }],
        };
        SubscriptionRow row = Row() with { HomeNetworks = [new(Plmn.Of("901", "70"), AccessTechnologies.EUtran)] };

        string[] apdus = [.. BlankCardScript.For(row, model).Select(s => s.Command.ToString())];

        Assert.Contains("00D600000A988812010000400310F0", apdus);
        Assert.Contains("00D600000114", apdus);
        Assert.Contains("00D600000A09F1074000FFFFFF0000", apdus);
    }

    [Fact]
    public void Says_what_the_model_does_not_know()
    {
        BlankCardModel unknown = new() { Name = "some card" };

        Assert.Contains("keys", Assert.Throws<ArgumentException>(() => BlankCardScript.For(Row(), unknown)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "EF.SMSP",
            Assert.Throws<ArgumentException>(() => BlankCardScript.For(Row(), BlankCardModel.SysmoIsim)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_come_from_the_card()
    {
        BlankCardModel model = BlankCardModel.SysmoIsim;
        foreach ((FilePath file, ImmutableArray<CommandApdu> commands) in BlankCardScript.AskSizes())
        {
            Assert.Equal((byte)0x04, commands[^1].P2);
            model = model.WithSize(file, FileControlParameters.Of(new(file.FileId, FileDescriptor.LinearFixed(52, 1), 52)));
        }

        Assert.NotEmpty(BlankCardScript.For(Row(), model));
    }

    [Theory]
    [InlineData("Ki", "465B", "Column ki is not of 32 hexadecimal digits.")]
    [InlineData("OPc", "", "Ki and OPc go together: one of them is missing.")]
    [InlineData("ADM1", "1234", "Column adm1 is not of 8 decimal or 16 hexadecimal digits.")]
    [InlineData("PIN1", "12", "Column pin1 is not of 4 to 8 decimal digits.")]
    [InlineData("IMSI", "12", "An IMSI has 6 to 15 digits, usually 15; this one has 2.")]
    [InlineData("ICCID", "8988211000000430011", "The check digit of ICCID 8988211000000430011 should be 0, but is 1.")]
    [InlineData("SMSC", "49x", "The number of the service centre has up to 20 digits after a plus sign; '49x' has not.")]
    public void Says_what_is_wrong_with_a_row(string column, string value, string expected)
    {
        var columns = new Dictionary<string, string>(Columns) { [column] = value };

        Assert.False(SubscriptionRow.TryRead(columns, out SubscriptionRow? row, out string problem));
        Assert.Null(row);
        Assert.Equal(expected, problem);
    }

    private static SubscriptionRow Row() =>
        SubscriptionRow.TryRead(Columns, out SubscriptionRow? row, out string problem) ? row! : throw new FormatException(problem);
}
