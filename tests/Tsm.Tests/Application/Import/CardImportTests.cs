using Tsm.Application.Cards;
using Tsm.Security.Keys;

namespace Tsm.Tests.Application.Import;

/// <summary>Every line is checked before a card is written, and every fault says where it is.</summary>
public sealed class CardImportTests
{
    private const string Kic = "00112233445566778899AABBCCDDEEFF";
    private static readonly CardModel[] Models =
    [
        new() { Name = "uicc-aes", Algorithm = KeyAlgorithm.Aes },
        new() { Name = "uicc-3des", Algorithm = KeyAlgorithm.TripleDes },
        new() { Name = "uicc-aes256", Algorithm = KeyAlgorithm.Aes, KeyLength = 32 },
        new() { Name = "uicc-3des3", Algorithm = KeyAlgorithm.TripleDes, KeyLength = 24 },
    ];

    private static CardImportRow Row { get; } = new(2, "8949000000000000018", "+49 170 0000001", "uicc-aes", "1", Kic, Kic, "", "");

    public static TheoryData<string, string, string> Faults => new()
    {
        { "iccid", "8949000000000000017", "ICCID_INVALID" },
        { "iccid", "", "ICCID_INVALID" },
        { "iccid", "89490", "ICCID_INVALID" },
        { "msisdn", "0170000001", "MSISDN_INVALID" },
        { "msisdn", "12", "MSISDN_INVALID" },
        { "model", "uicc-unknown", "CARD_MODEL_UNKNOWN" },
        { "kvn", "0", "KVN_INVALID" },
        { "kvn", "16", "KVN_INVALID" },
        { "kvn", "0x1", "KVN_INVALID" },
        { "kic", "", "KEY_MISSING" },
        { "kic", "0011223344556677", "KEY_LENGTH_WRONG" },
        { "kid", "not hexadecimal at all, this here", "KEY_NOT_HEX" },
        { "dek", Kic + "00", "KEY_LENGTH_WRONG" },
        { "counter", "-1", "COUNTER_INVALID" },
        { "counter", "1099511627775", "COUNTER_INVALID" },
    };

    [Fact]
    public void A_line_that_is_right_becomes_a_card()
    {
        (var cards, var faults) = Check(Row with { Dek = Kic, Counter = "41" });

        Assert.Empty(faults);
        CheckedCard card = Assert.Single(cards);
        Assert.Equal(("8949000000000000018", "491700000001", 1, 41UL), (card.Iccid, card.Msisdn, card.KeyVersion, card.Counter));
        Assert.Equal((Kic, Kic, Kic), (card.Kic.ToString(), card.Kid.ToString(), card.Dek.ToString()));
    }

    [Theory, MemberData(nameof(Faults))]
    public void A_wrong_value_is_named_by_line_and_column(string column, string value, string code)
    {
        CardImportRow wrong = With(Row with { Line = 7 }, column, value);

        (var cards, var faults) = Check(wrong);

        Assert.Empty(cards);
        CardImportFault fault = Assert.Single(faults);
        Assert.Equal((7, column, code), (fault.Line, fault.Column, fault.Code));
        Assert.NotEmpty(fault.Problem);
        Assert.NotEmpty(fault.Next);
    }

    [Theory]
    [InlineData("uicc-aes", 16), InlineData("uicc-aes", 24), InlineData("uicc-aes", 32)]
    [InlineData("uicc-3des", 16), InlineData("uicc-3des", 24)]
    [InlineData("uicc-aes256", 32), InlineData("uicc-3des3", 24)]
    public void Keys_have_a_length_that_the_model_takes(string model, int octets)
    {
        string key = Convert.ToHexString([.. Enumerable.Range(1, octets).Select(i => (byte)i)]);

        (var cards, var faults) = Check(Row with { Model = model, Kic = key, Kid = key, Dek = key });

        Assert.Empty(faults);
        Assert.Equal(octets, Assert.Single(cards).Dek.Length);
    }

    [Theory]
    [InlineData("uicc-aes", 8, "16, 24 or 32", "32, 48 or 64")]
    [InlineData("uicc-aes", 20, "16, 24 or 32", "32, 48 or 64")]
    [InlineData("uicc-3des", 8, "16 or 24", "32 or 48")]
    [InlineData("uicc-3des", 32, "16 or 24", "32 or 48")]
    [InlineData("uicc-aes256", 16, "32", "64")]
    [InlineData("uicc-3des3", 16, "24", "48")]
    public void A_refusal_names_the_lengths_that_the_model_takes(string model, int octets, string lengths, string digits)
    {
        string key = Convert.ToHexString([.. Enumerable.Range(1, octets).Select(i => (byte)i)]);

        (var cards, var faults) = Check(Row with { Model = model, Kic = key, Kid = key });

        Assert.Empty(cards);
        Assert.Equal(["kic", "kid"], faults.Select(f => f.Column));
        Assert.All(faults, f => Assert.Equal("KEY_LENGTH_WRONG", f.Code));
        Assert.All(faults, f => Assert.Equal($"The key has {octets} octets, but keys of {model} have {lengths}.", f.Problem));
        Assert.All(faults, f => Assert.StartsWith($"Write {digits} hexadecimal digits.", f.Next, StringComparison.Ordinal));
        Assert.All(faults, f => Assert.Equal(octets == 8, f.Next.Contains("DES", StringComparison.Ordinal)));
        Assert.DoesNotContain(key, string.Concat(faults), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_missing_key_of_a_model_that_is_not_there_is_told_all_lengths()
    {
        (_, var faults) = Check(Row with { Model = "nobody", Kic = "" });

        Assert.Equal("Write 32, 48 or 64 hexadecimal digits.", faults.Single(f => f.Code == "KEY_MISSING").Next);
    }

    [Fact]
    public void All_lines_and_all_columns_are_checked_not_only_the_first_fault()
    {
        CardImportRow[] rows = [Row with { Kvn = "x", Kic = "" }, Row with { Line = 3, Iccid = "1" }, Row with { Line = 4, Model = "" }];

        (_, var faults) = Check(rows);

        Assert.Equal(
            [(2, "kvn"), (2, "kic"), (3, "iccid"), (3, "msisdn"), (4, "iccid"), (4, "msisdn"), (4, "model")],
            faults.Select(f => (f.Line, f.Column!)));
    }

    [Fact]
    public void A_card_stands_in_a_file_once()
    {
        (_, var faults) = Check(Row, Row with { Line = 5 });

        Assert.Equal([("iccid", "ICCID_REPEATED"), ("msisdn", "MSISDN_REPEATED")], faults.Select(f => (f.Column!, f.Code)));
        Assert.All(faults, f => Assert.Equal(5, f.Line));
        Assert.All(faults, f => Assert.Contains("line 2", f.Problem, StringComparison.Ordinal));
    }

    [Fact]
    public void A_card_or_number_that_is_there_already_is_named()
    {
        var import = new CardImport(Models);
        CheckedCard card = import.Check(Row)!;

        import.Refuse([card], new HashSet<(string, string)> { ("iccid", "8949000000000000018"), ("msisdn", "491700000001"), ("msisdn", "4917") });

        Assert.Equal([(2, "ICCID_TAKEN"), (2, "MSISDN_TAKEN")], import.Faults.First.Select(f => (f.Line, f.Code)));
    }

    [Fact]
    public void A_number_that_was_taken_while_the_file_was_read_is_found_by_its_line()
    {
        var import = new CardImport(Models);
        import.Check(Row with { Line = 9 });

        import.Refuse("msisdn", "491700000001");

        Assert.Equal([(9, "MSISDN_TAKEN")], import.Faults.First.Select(f => (f.Line, f.Code)));
    }

    [Fact]
    public void Of_many_faults_all_are_counted_and_the_first_by_line_are_kept()
    {
        var faults = new CardImportFaults();
        foreach (int line in Enumerable.Range(2, 1000).Reverse())
        {
            faults.Add(new(line, null, "A", "", ""));
            faults.Add(new(line, null, "B", "", ""));
        }

        Assert.Equal((2000, 1000), (faults.Count, faults.Lines));
        Assert.Equal(
            Enumerable.Range(2, CardImportFaults.MaxKept / 2).SelectMany(l => new[] { (l, "A"), (l, "B") }), faults.First.Select(f => (f.Line, f.Code)));
    }

    [Theory, InlineData("iccid"), InlineData("msisdn"), InlineData("model"), InlineData("kvn"), InlineData("counter")]
    public void A_key_in_the_wrong_column_is_not_repeated(string column)
    {
        foreach (string key in new[] { Kic, Kic + Kic[..16], Kic + Kic })
        {
            (_, var faults) = Check(With(Row, column, key));

            CardImportFault fault = Assert.Single(faults);
            Assert.DoesNotContain(Kic, fault.ToString(), StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public void Neither_a_row_nor_a_card_prints_its_keys()
    {
        (var cards, _) = Check(Row);

        Assert.Equal(("line 2", "line 2"), (Row.ToString(), cards[0].ToString()));
    }

    private static (IReadOnlyList<CheckedCard> Cards, IReadOnlyList<CardImportFault> Faults) Check(params CardImportRow[] rows)
    {
        var import = new CardImport(Models);
        CheckedCard[] cards = [.. rows.Select(import.Check).OfType<CheckedCard>()];
        return (cards, import.Faults.First);
    }

    private static CardImportRow With(CardImportRow row, string column, string value) => column switch
    {
        "iccid" => row with { Iccid = value },
        "msisdn" => row with { Msisdn = value },
        "model" => row with { Model = value },
        "kvn" => row with { Kvn = value },
        "kic" => row with { Kic = value },
        "kid" => row with { Kid = value },
        "dek" => row with { Dek = value },
        _ => row with { Counter = value },
    };
}
