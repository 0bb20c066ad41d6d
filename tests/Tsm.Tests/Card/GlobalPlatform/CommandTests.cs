using FsCheck.Fluent;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Card.GlobalPlatform;

public sealed class CommandTests
{
    public sealed record Case(
        string Name, string Builder, string Apdu, string? LoadFile, string? SecurityDomain, string? Module, string? Instance,
        string? Privileges, string? Hash, string? Parameters)
    {
        public override string ToString() => Name;

        public Privileges Rights => Tsm.Card.GlobalPlatform.Privileges.TryParse(Octets.Parse(Privileges!).Span, out Privileges parsed, out _)
            ? parsed
            : throw new FormatException(Privileges);
    }

    public sealed record StatusCase(string Name, RegistryScope Scope, string? Search, bool Next, string? Tags, string Apdu)
    {
        public override string ToString() => Name;
    }

    [Theory, VectorData("gp/commands.json")]
    public void Writes_and_reads_commands(Case vector)
    {
        CommandApdu expected = Parse(vector.Apdu);
        Octets parameters = Octets.Parse(vector.Parameters ?? "");

        CommandApdu written = vector.Builder switch
        {
            "ForLoad" => InstallCommand.ForLoad(
                Name(vector.LoadFile),
                vector.SecurityDomain is { } domain ? Name(domain) : null,
                Octets.Parse(vector.Hash ?? ""),
                parameters),
            "ForInstall" => InstallCommand.ForInstall(
                Name(vector.LoadFile), Name(vector.Module), Name(vector.Instance), vector.Rights, parameters),
            "ForInstallAndMakeSelectable" => InstallCommand.ForInstallAndMakeSelectable(
                Name(vector.LoadFile), Name(vector.Module), Name(vector.Instance), vector.Rights, parameters),
            "ForMakeSelectable" => InstallCommand.ForMakeSelectable(Name(vector.Instance), vector.Rights),
            "ForPersonalization" => InstallCommand.ForPersonalization(Name(vector.Instance)),
            "ForExtradition" => InstallCommand.ForExtradition(Name(vector.SecurityDomain), Name(vector.Instance)),
            "ForRegistryUpdate" => InstallCommand.ForRegistryUpdate(
                Name(vector.Instance), vector.Privileges is null ? null : vector.Rights, vector.SecurityDomain is { } to ? Name(to) : null, parameters),
            "Delete" => DeleteCommand.For(Name(vector.Instance), related: false),
            "DeleteRelated" => DeleteCommand.For(Name(vector.Instance), related: true),
            "Lock" => SetStatusCommand.Lock(Name(vector.Instance)),
            "Unlock" => SetStatusCommand.Unlock(Name(vector.Instance)),
            _ => throw new FormatException(vector.Builder),
        };

        Assert.Equal(expected, written);
        AssertReadBack(vector, expected);
    }

    [Theory, VectorData("gp/get-status.json")]
    public void Asks_for_pages_of_the_registry(StatusCase vector)
    {
        var request = new GetStatusCommand(vector.Scope, Octets.Parse(vector.Search ?? ""), vector.Next);
        request = vector.Tags is { } tags ? request with { Tags = Octets.Parse(tags) } : request;
        CommandApdu expected = Parse(vector.Apdu);

        Assert.Equal(expected, request.ToApdu());
        Assert.True(GetStatusCommand.TryParse(expected, out GetStatusCommand read, out PacketError error), error.ToString());
        Assert.Equal(request, read);
    }

    [Fact]
    public void An_install_without_parameters_still_carries_the_mandatory_ones()
    {
        CommandApdu command = InstallCommand.ForInstall(Aid.Parse("F0546D5301"), Aid.Parse("F0546D53010101"), Aid.Parse("F0546D53010102"));

        Assert.True(InstallCommand.TryParse(command, out InstallRequest request, out _));
        Assert.Equal(InstallParameters.None, request.Parameters);
    }

    [Fact]
    public void A_missing_token_is_read_as_none()
    {
        CommandApdu command = Parse("80E602001307AA1902BC22580108A0000001510000000000");

        Assert.True(InstallCommand.TryParse(command, out InstallRequest request, out PacketError error), error.ToString());
        Assert.Equal(Octets.Empty, request.Token);
    }

    [Theory]
    [InlineData("80E6820001AA", PacketFault.UnexpectedValue, 0)]
    [InlineData("80E60E010100", PacketFault.UnexpectedValue, 0)]
    [InlineData("80E6020003 04AABB", PacketFault.Truncated, 3)]
    [InlineData("80E6020006 020102 00 00 00", PacketFault.LengthMismatch, 0)]
    [InlineData("80E6020005 00 00 00 00 00", PacketFault.LengthMismatch, 0)]
    [InlineData("80E608000E 0000 07F0546D53010102 020000 0000", PacketFault.LengthMismatch, 10)]
    [InlineData("80E620000F 0000 08AA1902BC22580101 000000 FF", PacketFault.TrailingOctets, 14)]
    public void Refuses_malformed_installs(string hex, PacketFault fault, int offset)
    {
        Assert.False(InstallCommand.TryParse(Parse(hex), out InstallRequest request, out PacketError error));

        Assert.Equal(new PacketError(fault, offset), error);
        Assert.Equal(default, request);
    }

    [Theory]
    [InlineData(0x30, null, "80E4000003D2013000")]
    [InlineData(0x30, 1, "80E4000006D00101D2013000")]
    public void Deletes_keys(int version, int? id, string apdu)
    {
        CommandApdu command = DeleteCommand.ForKeys((byte)version, (byte?)id);

        Assert.Equal(apdu, command.ToString());
        Assert.True(DeleteCommand.TryParseKeys(command, out DeleteKeysRequest request, out _));
        Assert.Equal(new DeleteKeysRequest((byte)version, (byte?)id), request);
        Assert.False(DeleteCommand.TryParseKeys(Parse("80E40000074F05F0546D5301"), out _, out PacketError other));
        Assert.False(DeleteCommand.TryParseKeys(Parse("80E4000002D200"), out _, out PacketError length));
        Assert.False(DeleteCommand.TryParseKeys(Parse("80E40000"), out _, out PacketError none));
        Assert.Equal([PacketFault.UnexpectedValue, PacketFault.LengthMismatch, PacketFault.Truncated], [other.Fault, length.Fault, none.Fault]);
    }

    [Theory]
    [InlineData("80E4000003D20130", PacketFault.UnexpectedValue)]
    [InlineData("80E40000034F0101", PacketFault.LengthMismatch)]
    [InlineData("80E40000024F05", PacketFault.Truncated)]
    [InlineData("80E400000342 01 01", PacketFault.Truncated)]
    [InlineData("80E40001074F05F0546D5301", PacketFault.UnexpectedValue)]
    public void Refuses_malformed_deletes(string hex, PacketFault fault)
    {
        Assert.False(DeleteCommand.TryParse(Parse(hex), out _, out PacketError error));

        Assert.Equal(fault, error.Fault);
    }

    [Fact]
    public void Locks_the_card_only_when_read()
    {
        Assert.True(SetStatusCommand.TryParse(Parse("80F0807F"), out SetStatusRequest request, out _));

        Assert.Equal(new SetStatusRequest(SetStatusScope.Card, null, LifeCycle.CardLocked), request);
        Assert.False(SetStatusCommand.TryParse(Parse("80F04080"), out _, out _));
        Assert.False(SetStatusCommand.TryParse(Parse("80F0108005F0546D5301"), out _, out _));
    }

    [Theory]
    [InlineData("80F2400002 4F00", PacketFault.UnexpectedValue)]
    [InlineData("80F2410202 4F00", PacketFault.UnexpectedValue)]
    [InlineData("80F2400203 5C014F", PacketFault.Truncated)]
    [InlineData("80F2400201 4F", PacketFault.Truncated)]
    public void Refuses_malformed_questions_for_status(string hex, PacketFault fault)
    {
        Assert.False(GetStatusCommand.TryParse(Parse(hex), out _, out PacketError error));

        Assert.Equal(fault, error.Fault);
    }

    [Fact]
    public void A_load_of_573_octets_goes_in_three_blocks()
    {
        // GPCS 2.3.1 §11.6, worked with a data block of 569 octets.
        Octets file = Tsm.Card.CapFiles.LoadFile.Wrap(Octets.Own(new byte[569]));

        IReadOnlyList<CommandApdu> blocks = LoadCommand.Blocks(file, 240);

        Assert.Equal(["80E80000F0C4820239", "80E80001F0", "80E880025D"], blocks.Select(b => b.ToString()[..(b.P2 == 0 ? 18 : 10)]), StringComparer.Ordinal);
        Assert.All(blocks, b => Assert.True(LoadCommand.TryParse(b, out LoadRequest request, out _) && request.Number == b.P2));
        Assert.Equal(file, Octets.Concat([.. blocks.Select(b => b.Data)]));
        Assert.True(LoadCommand.TryParse(blocks[2], out LoadRequest last, out _) && last.Last);
    }

    [Fact]
    public void A_load_has_at_most_256_blocks()
    {
        Assert.Equal(256, LoadCommand.Blocks(Octets.Own(new byte[256 * 10]), 10).Count);
        Assert.Throws<ArgumentException>(() => LoadCommand.Blocks(Octets.Own(new byte[256 * 10 + 1]), 10));
        Assert.Throws<ArgumentException>(() => LoadCommand.Blocks(default, 10));
        Assert.False(LoadCommand.TryParse(Parse("80E80000"), out _, out _));
        Assert.False(LoadCommand.TryParse(Parse("80E8010001AA"), out _, out _));
    }

    [Fact]
    public void No_command_makes_a_parser_throw()
    {
        string[] valid =
        [
            "80E602001407AA1902BC22580108A00000015100000000000000",
            "80E60C002E07AA1902BC22580108AA1902BC2258010108AA1902BC22580101010010C900EA0C800A00000F010000000000000000",
            "80E40080094F07AA1902BC22580100",
            "80F210020F4F05A0000000095C064F9F70CE84CC00",
            "80F0408008AA1902BC22580101",
            "80E4000006D00101D2013000",
            "80D8300117 31881110859469C07743C7E45B318D151D3D87E903504A 00",
            "80E2910006BF3E035C015A00",
        ];
        var mutated =
            from hex in Gen.Elements(valid)
            from index in Gen.Choose(1, (hex.Length / 2) - 2)
            from value in ArbMap.Default.GeneratorFor<byte>()
            select Mutate(Parse(hex), index, value);

        FsCheck.Check.QuickThrowOnFailure(Prop.ForAll(mutated.ToArbitrary(), command =>
        {
            Assert.True(InstallCommand.TryParse(command, out _, out PacketError install) || Within(install, command));
            Assert.True(DeleteCommand.TryParse(command, out _, out PacketError delete) || Within(delete, command));
            Assert.True(DeleteCommand.TryParseKeys(command, out _, out PacketError keys) || Within(keys, command));
            Assert.True(PutKeyCommand.TryParse(command, out _, out PacketError put) || Within(put, command));
            Assert.True(StoreDataCommand.TryParse(command, out _, out PacketError store) || Within(store, command));
            Assert.True(GetStatusCommand.TryParse(command, out _, out PacketError status) || Within(status, command));
            Assert.True(SetStatusCommand.TryParse(command, out _, out PacketError set) || Within(set, command));
            Assert.True(LoadCommand.TryParse(command, out _, out PacketError load) || Within(load, command));
        }));
    }

    private static Aid Name(string? hex) => Aid.Parse(hex!);

    private static bool Within(PacketError error, CommandApdu command) =>
        error.Fault != PacketFault.None && error.Offset >= 0 && error.Offset <= command.Data.Length;

    private static CommandApdu Mutate(CommandApdu command, int index, byte value)
    {
        byte[] data = command.Data.ToArray();
        if (index >= 4 && index - 4 < data.Length)
        {
            data[index - 4] = value;
        }

        return command with
        {
            P1 = index == 1 ? value : command.P1,
            P2 = index == 2 ? value : command.P2,
            Data = Octets.Own(index == 3 ? data[..(value % (data.Length + 1))] : data),
        };
    }

    private static CommandApdu Parse(string hex) =>
        CommandApdu.TryParse(Octets.Parse(hex).Span, out CommandApdu command, out PacketError error)
            ? command
            : throw new FormatException($"{hex}: {error}");

    private static void AssertReadBack(Case vector, CommandApdu command)
    {
        Aid? Named(string? hex) => hex is null ? null : Aid.Parse(hex);
        switch (vector.Builder)
        {
            case "Delete" or "DeleteRelated":
                Assert.True(DeleteCommand.TryParse(command, out DeleteRequest delete, out PacketError error), error.ToString());
                Assert.Equal(new DeleteRequest(Aid.Parse(vector.Instance!), vector.Builder is "DeleteRelated", default), delete);
                break;
            case "Lock" or "Unlock":
                Assert.True(SetStatusCommand.TryParse(command, out SetStatusRequest status, out error), error.ToString());
                Assert.Equal((Named(vector.Instance), vector.Builder is "Lock"), (status.Aid, status.Locks));
                break;
            default:
                Assert.True(InstallCommand.TryParse(command, out InstallRequest install, out error), error.ToString());
                Assert.Equal(
                    new InstallRequest(install.Purpose)
                    {
                        LoadFile = Named(vector.LoadFile),
                        SecurityDomain = Named(vector.SecurityDomain),
                        Module = Named(vector.Module),
                        Instance = Named(vector.Instance),
                        Privileges = vector.Privileges is null ? default : vector.Rights,
                        Hash = Octets.Parse(vector.Hash ?? ""),
                        Parameters = Octets.Parse(vector.Parameters ?? ""),
                    },
                    install);
                break;
        }
    }
}
