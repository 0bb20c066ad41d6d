using System.Collections.Immutable;
using Tsm.Application.Jobs;
using Tsm.Application.Services;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;

namespace Tsm.Tests.Application.Services;

/// <summary>Values in templates: the octets that STORE DATA carries.</summary>
public sealed class PersonalisationRendererTests
{
    private const string Key = "00112233445566778899AABBCCDDEEFF";

    private static readonly CardFacts Card = new("8988211000000000017", "491701234567");

    [Fact]
    public void S1_06_Key_and_serial_number_stand_where_the_template_says()
    {
        // DGI 0101, 16 octets of key; DGI 0102, 01, the serial number, 02, ICCID and number with swapped nibbles.
        byte[] octets = Rendered([new("0101", "{key}"), new("0102", "01{serial}02{iccid}{msisdn}")], ("key", Key), ("serial", "00000042"));

        Assert.Equal(
            "010110" + Key + "0102" + "16" + "01" + "00000042" + "02" + "988812010000000010F7" + "947110325476",
            Convert.ToHexString(octets));
    }

    [Fact]
    public void Long_groups_have_the_long_form_and_are_read_back()
    {
        byte[] octets = Rendered([new("8113", "{a}"), new("0001", "{b}{a}")], ("a", new string('1', 2 * 254)), ("b", "22"));

        Assert.Equal("8113FE11", Convert.ToHexString(octets.AsSpan(0, 4)));
        Assert.True(DataGroup.TryParseAll(octets, out ImmutableArray<DataGroup> groups, out PacketError error), error.ToString());
        Assert.Equal([(ushort)0x8113, 0x0001], groups.Select(g => g.Identifier));
        Assert.Equal([254, 255], groups.Select(g => g.Data.Length));
        Assert.Equal(octets, DataGroup.Join([.. groups]).ToArray());
    }

    [Fact]
    public void No_template_is_no_octet() => Assert.Empty(Rendered([]));

    [Fact]
    public void Parameters_are_rendered_as_they_stand()
    {
        using PersonalisationValues values = Values(("serial", "0042"));

        Assert.True(PersonalisationRenderer.TryRenderParameters("C0{serial}FF", values, Card, out byte[]? octets, out _));

        Assert.Equal("C00042FF", Convert.ToHexString(octets));
    }

    [Fact]
    public void What_was_not_allocated_is_named() => Assert.Equal("VARIABLE_UNKNOWN {serial}", Refused([new("0101", "{key}{serial}")], Card, ("key", Key)));

    [Fact]
    public void An_empty_value_is_named() => Assert.Equal("VALUE_MISSING {serial}", Refused([new("0101", "{serial}")], Card, ("serial", "")));

    [Fact]
    public void A_card_without_number_is_named() => Assert.Equal("VALUE_MISSING {msisdn}", Refused([new("0101", "{msisdn}")], Card with { Msisdn = null }));

    [Fact]
    public void What_is_too_long_names_the_longest()
    {
        string[] names = [.. Enumerable.Range(0, 70).Select(i => $"v{i}")];
        (string, string)[] values = [.. names.Select((n, i) => (n, new string('0', 2 * (i == 3 ? 1024 : 1000))))];

        Assert.Equal("VALUE_TOO_LONG {v3}", Refused([new("0101", string.Concat(names.Select(n => $"{{{n}}}")))], Card, values));
        using PersonalisationValues few = Values(("serial", new string('0', 2 * PersonalisationRenderer.MaxParameters)));
        Assert.False(PersonalisationRenderer.TryRenderParameters("00{serial}", few, Card, out _, out Problem? problem));
        Assert.Equal("VALUE_TOO_LONG", problem.Code);
    }

    [Theory]
    [InlineData("key", "0", "VALUE_INVALID"), InlineData("key", "0G", "VALUE_INVALID"), InlineData("Key", "00", "VARIABLE_INVALID"), InlineData("", "00", "VARIABLE_INVALID")]
    public void A_value_that_is_not_hexadecimal_is_refused_by_its_name(string name, string value, string code)
    {
        Assert.False(PersonalisationValues.TryRead([new(name, value)], out PersonalisationValues? values, out Problem? problem));

        Assert.Null(values);
        Assert.Equal(code, problem.Code);
    }

    [Fact]
    public void No_problem_holds_a_value()
    {
        const string Secret = "DEADBEEF00112233";
        List<Problem> problems = [];
        using PersonalisationValues values = Values(("key", Secret));
        foreach (string template in (string[])["{key}{other}", "{key}{msisdn}", "{key", "{key}0"])
        {
            Assert.False(PersonalisationRenderer.TryRender([new("0101", template)], values, Card with { Msisdn = null }, out _, out Problem? problem));
            problems.Add(problem);
        }

        Assert.False(PersonalisationValues.TryRead([new("key", Secret + "X")], out _, out Problem? invalid));
        problems.Add(invalid);
        Assert.All(problems, p => Assert.DoesNotContain(Secret, $"{p} {p.Cause} {p.Next} {string.Join(' ', p.Evidence)}", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Values_are_zeroed_when_they_are_done_with()
    {
        byte[] key = Convert.FromHexString(Key);
        var values = new PersonalisationValues();
        values.Set("key", key);

        values.Dispose();

        Assert.All(key, octet => Assert.Equal(0, octet));
    }

    [Theory]
    [InlineData("0", "Between characters 1 and 1"), InlineData("00{key", "The brace at character 3"), InlineData("{1}", "'{1}' is no variable"), InlineData("00}", "Between")]
    public void A_template_says_where_it_goes_wrong(string template, string problem)
    {
        Assert.False(TemplateText.TryParse(template, out ImmutableArray<TemplatePart> parts, out string found));

        Assert.Empty(parts);
        Assert.StartsWith(problem, found, StringComparison.Ordinal);
    }

    private static byte[] Rendered(DataGroupTemplate[] templates, params (string Name, string Hex)[] values)
    {
        using PersonalisationValues read = Values(values);
        Assert.True(PersonalisationRenderer.TryRender(templates, read, Card, out byte[]? octets, out Problem? problem), problem?.ToString());
        return octets!;
    }

    private static string Refused(DataGroupTemplate[] templates, CardFacts card, params (string Name, string Hex)[] values)
    {
        using PersonalisationValues read = Values(values);
        Assert.False(PersonalisationRenderer.TryRender(templates, read, card, out byte[]? octets, out Problem? problem));
        Assert.Null(octets);
        int open = problem!.Meaning.IndexOf('{', StringComparison.Ordinal), close = problem.Meaning.IndexOf('}', StringComparison.Ordinal);
        return $"{problem.Code} {problem.Meaning[open..(close + 1)]}";
    }

    private static PersonalisationValues Values(params (string Name, string Hex)[] values) =>
        PersonalisationValues.TryRead(values.Select(v => KeyValuePair.Create(v.Name, v.Hex)), out PersonalisationValues? read, out Problem? problem)
            ? read
            : throw new InvalidOperationException(problem.ToString());
}
