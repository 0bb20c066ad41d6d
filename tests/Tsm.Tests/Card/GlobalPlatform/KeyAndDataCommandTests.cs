using FsCheck.Fluent;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Card.GlobalPlatform;

/// <summary>PUT KEY, STORE DATA and chains of commands.</summary>
public sealed class KeyAndDataCommandTests
{
    [Fact]
    public void All_obey_the_packet_laws()
    {
        PacketLaws.Hold<KeyData>(24, "881110859469C07743C7E45B318D151D3D87E903504A77", "A10100A0010300", "B00104F0010000");
        PacketLaws.Hold<PutKeyData>(24, "31881110859469C07743C7E45B318D151D3D87E903504A77", "01A10100A0010300880100038BAF47");
        PacketLaws.Hold<PutKeyResponse>(13, "30504A77", "30", "01AABBCCDDEEFF112233");
        PacketLaws.Hold<DataGroup>(12, "010103AABBCC", "007000", "8113FF0100" + new string('0', 512));
    }

    [Fact]
    public void A_public_key_has_components_and_no_check_value()
    {
        KeyData key = KeyData.Of([new(KeyType.RsaModulus, Octets.Own(new byte[128])), new(KeyType.RsaPublicExponent, Octets.Parse("010001"))], default);
        PutKeyData data = PutKeyData.Of(0x73, [key]);

        Assert.Equal(2, Assert.Single(data.Keys).Components.Length);
        Assert.Equal(Octets.Parse("73"), data.ExpectedAnswer);
        Assert.Equal("A1" + "8180" + new string('0', 256) + "A003010001" + "00", Written(key));
        Assert.Throws<ArgumentException>(() => KeyData.Of(KeyType.Extended, default, default));
        Assert.Throws<ArgumentException>(() => KeyData.Of(new(0x7F), default, default));
    }

    [Theory]
    [InlineData("", PacketFault.Truncated, 0)]
    [InlineData("31", PacketFault.Truncated, 1)]
    [InlineData("3103504A77", PacketFault.UnexpectedValue, 1)]
    [InlineData("31FF0110AA03504A77", PacketFault.ReservedValue, 1)]
    [InlineData("31880211", PacketFault.Truncated, 4)]
    [InlineData("31880111", PacketFault.Truncated, 4)]
    public void Says_where_keys_stop(string hex, PacketFault fault, int offset)
    {
        Assert.False(PutKeyData.TryParse(Octets.Parse(hex).Span, out _, out PacketError error));

        Assert.Equal(new PacketError(fault, offset), error);
    }

    [Fact]
    public void A_long_PUT_KEY_goes_in_a_chain_and_is_put_together()
    {
        // GPCS 2.3.1 §11.1.5.1: P1.b8 on all parts but the last, Le on the last only.
        KeyData key = KeyData.Of([new(KeyType.RsaModulus, Octets.Own(new byte[256])), new(KeyType.RsaPublicExponent, Octets.Parse("010001"))], default);
        ChainedCommand command = PutKeyCommand.For(0x73, 1, PutKeyData.Of(0x73, [key]));

        IReadOnlyList<CommandApdu> parts = command.Cut();

        Assert.Equal(["80D8F301FF", "80D873010C"], parts.Select(p => p.ToString()[..10]));
        Assert.Equal([null, 0], parts.Select(p => p.Le));
        var card = new ChainAssembler();
        Assert.False(card.TryTake(parts[0], out _, out StatusWord status));
        Assert.Equal(StatusWord.Success, status);
        Assert.True(card.TryTake(parts[1], out ChainedCommand whole, out _));
        Assert.Equal(command, whole);
        Assert.Throws<InvalidOperationException>(() => command.ToApdu());
    }

    [Fact]
    public void A_broken_chain_is_refused_and_forgotten()
    {
        CommandApdu part = new(0x80, Instruction.PutKey, 0x80, 0x01, Octets.Parse("AA"));
        var card = new ChainAssembler();
        card.TryTake(part, out _, out _);

        Assert.False(card.TryTake(new(0x80, Instruction.GetData, 0, 0xE0), out _, out StatusWord broken));
        Assert.Equal(StatusWord.ConditionsNotSatisfied, broken);
        Assert.True(card.TryTake(new(0x80, Instruction.StoreData, 0x80, 0, Octets.Parse("AA")), out ChainedCommand store, out _));
        Assert.Equal(Octets.Parse("AA"), store.Data);
        for (int i = 0; i < 257; i++)
        {
            card.TryTake(part with { Data = Octets.Own(new byte[255]) }, out _, out broken);
        }

        Assert.False(card.TryTake(part with { Data = Octets.Own(new byte[255]) }, out _, out broken) && broken == StatusWord.Success);
    }

    [Fact]
    public void Only_three_commands_can_be_cut()
    {
        var load = new ChainedCommand(0x80, Instruction.Load, 0, 0, Octets.Own(new byte[300]));
        Assert.Throws<ArgumentException>(() => load.Cut());
        Assert.Throws<ArgumentException>(() => new ChainedCommand(0x80, Instruction.PutKey, 0xFF, 0, Octets.Own(new byte[300])).Cut());
        Assert.Throws<ArgumentException>(() => new ChainedCommand(0, 0, 0, 0, Octets.Own(new byte[65536])));
        Assert.Single((load with { Data = Octets.Own(new byte[200]) }).Cut());
    }

    [Theory]
    [InlineData("0101 03 AABBCC", StoreDataStructure.DataGroups, StoreDataEncryption.None, false, 255, "80E2880006010103AABBCC")]
    [InlineData("4F05A000000003", StoreDataStructure.BerTlv, StoreDataEncryption.None, false, 255, "80E29000074F05A000000003")]
    [InlineData("8113021122", StoreDataStructure.DataGroups, StoreDataEncryption.Encrypted, false, 3, "80E2680003811302 80E2E80102 1122")]
    [InlineData("BF3E035C015A", StoreDataStructure.BerTlv, StoreDataEncryption.None, true, 255, "80E2910006BF3E035C015A00")]
    public void Stores_data_in_blocks(
        string data, StoreDataStructure structure, StoreDataEncryption encryption, bool answers, int blockLength, string apdus)
    {
        IReadOnlyList<CommandApdu> blocks = StoreDataCommand.Blocks(Octets.Parse(data), structure, encryption, blockLength, answers);

        Assert.Equal(apdus.Replace(" ", "", StringComparison.Ordinal), string.Concat(blocks));
        Assert.All(blocks, b => Assert.True(StoreDataCommand.TryParse(b, out StoreDataRequest request, out _) && request.ToApdu() == b && request.Structure == structure));
    }

    [Fact]
    public void Store_data_has_limits_and_reserved_codings()
    {
        Assert.Throws<ArgumentException>(() => StoreDataCommand.Blocks(default, StoreDataStructure.BerTlv, StoreDataEncryption.None));
        Assert.Throws<ArgumentException>(() => StoreDataCommand.Blocks(Octets.Own(new byte[257]), StoreDataStructure.BerTlv, StoreDataEncryption.None, 1));
        Assert.Equal(256, StoreDataCommand.Blocks(Octets.Own(new byte[256]), StoreDataStructure.BerTlv, StoreDataEncryption.None, 1).Count);
        Assert.False(StoreDataCommand.TryParse(new(0x80, 0xE2, 0x98, 0), out _, out PacketError structure));
        Assert.False(StoreDataCommand.TryParse(new(0x80, 0xE2, 0xC0, 0), out _, out PacketError encryption));
        Assert.False(StoreDataCommand.TryParse(new(0x80, 0xE2, 0x84, 0), out _, out _));
        Assert.Equal((PacketFault.ReservedValue, PacketFault.ReservedValue), (structure.Fault, encryption.Fault));
    }

    [Fact]
    public void Data_groups_stand_one_after_another()
    {
        DataGroup[] groups = [new(0x00B9, Octets.Parse("B903950138")), new(0x8113, Octets.Own(new byte[300])), new(DataGroup.BerTlvObjects, default)];

        Octets joined = DataGroup.Join(groups);

        Assert.True(DataGroup.TryParseAll(joined.Span, out var read, out PacketError error), error.ToString());
        Assert.Equal(groups, read.AsEnumerable());
        Assert.False(DataGroup.TryParseAll(joined.Span[..^1], out _, out error));
        Assert.Equal(PacketFault.Truncated, error.Fault);
        Assert.False(DataGroup.TryParse(Octets.Parse("0101FF0003AABBCC").Span, out _, out error));
        Assert.Equal(new PacketError(PacketFault.ReservedValue, 2), error);
    }

    [Fact]
    public void No_octets_make_a_key_block_throw() => FsCheck.Check.QuickThrowOnFailure(Prop.ForAll(
        ArbMap.Default.GeneratorFor<byte>().ArrayOf().ToArbitrary(),
        source => KeyBlock.TryParse(source, 16, out KeyBlock block, out PacketError error)
            ? block.ToOctets().Span.SequenceEqual(source)
            : error.Fault != PacketFault.None && error.Offset >= 0 && error.Offset <= source.Length));

    private static string Written<TPacket>(TPacket packet) where TPacket : struct, IPacket<TPacket>
    {
        byte[] wire = new byte[packet.Length];
        packet.Write(wire);
        return Convert.ToHexString(wire);
    }
}
