using FsCheck.Fluent;
using Tsm.Card.AccessControl;
using Tsm.Card.Encoding;

namespace Tsm.Tests.Card.AccessControl;

public sealed class AccessRuleTests
{
    private static readonly AccessRule Privileges = new(
        new(Octets.Parse("FFFFFFFFFFFF"), Octets.Parse("E46872F28B350B7E1F140DE535C2A8D5804F0BE3")),
        RuleAccess.Always with { Permissions = Octets.Parse("0000000000000001") });

    [Fact]
    public void Stores_a_rule_as_carriers_do()
    {
        // Public: the command that tutorials of private networks give for carrier privileges, to an ARA-M applet.
        Assert.Equal(
            "80E2900033F031E22FE11E4F06FFFFFFFFFFFFC114E46872F28B350B7E1F140DE535C2A8D5804F0BE3E30DD00101DB080000000000000001",
            Assert.Single(AccessRuleCommand.Store(Privileges)).ToString());
        Assert.Equal("80E2900002F200", Assert.Single(AccessRuleCommand.Refresh()).ToString());
        Assert.Equal("80CAFF4000", AccessRuleCommand.GetAll().ToString());
        Assert.Equal("80CAFF6000", AccessRuleCommand.GetNext().ToString());
        Assert.Equal("80E2900002F100", Assert.Single(AccessRuleCommand.DeleteAll()).ToString());
        Assert.StartsWith("80E2900033F131E22F", Assert.Single(AccessRuleCommand.Delete(Privileges)).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_come_back_as_they_went()
    {
        AccessRule[] rules =
        [
            Privileges,
            new(new(default, default), RuleAccess.Never),
            new(new(default, Octets.Own(new byte[32])) { ByDefault = true, Package = Octets.Copy("com.example"u8) }, new() { Nfc = true }),
            new(new(Octets.Parse("A000000003"), default), new() { Apdu = Octets.Parse("00A40400FFFFFFFF80CA000080FF0000"), Nfc = false }),
        ];

        Octets answer = AccessRuleCommand.ToAnswer(rules);

        Assert.True(AccessRuleCommand.TryParseAll(answer.Span, out var read, out PacketError error), error.ToString());
        Assert.Equal(rules, read.AsEnumerable());
    }

    [Theory]
    [InlineData("FF4000", PacketFault.None)]
    [InlineData("FF4002E200", PacketFault.Truncated)]
    [InlineData("FF4009E207E103C10155E300", PacketFault.LengthMismatch)]
    [InlineData("FF400AE208E100E304D0020000", PacketFault.LengthMismatch)]
    [InlineData("FF4009E207E100E303D10102", PacketFault.LengthMismatch)]
    [InlineData("FF4100", PacketFault.UnexpectedValue)]
    public void Says_what_is_wrong(string hex, PacketFault fault)
    {
        Assert.Equal(fault == PacketFault.None, AccessRuleCommand.TryParseAll(Octets.Parse(hex).Span, out var rules, out PacketError error));

        Assert.Equal((fault, true), (error.Fault, rules.IsEmpty));
    }

    [Fact]
    public void No_octets_make_the_reader_throw()
    {
        byte[] valid = AccessRuleCommand.ToAnswer([Privileges]).ToArray();
        var mutated =
            from index in Gen.Choose(0, valid.Length - 1)
            from value in ArbMap.Default.GeneratorFor<byte>()
            select (byte[])[.. valid[..index], value, .. valid[(index + 1)..]];

        FsCheck.Check.QuickThrowOnFailure(Prop.ForAll(mutated.ToArbitrary(), source =>
            AccessRuleCommand.TryParseAll(source, out _, out PacketError error) || (error.Offset >= 0 && error.Offset <= source.Length)));
    }
}
