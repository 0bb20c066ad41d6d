using FsCheck;
using FsCheck.Fluent;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Security.Scp80;
using Tsm.Simulator.Accounting;
using Tsm.Simulator.Cards;
using Tsm.Simulator.Networks;

namespace Tsm.Tests.Simulator;

/// <summary>What holds for a card whatever it is sent.</summary>
public sealed class CardPropertyTests
{
    private static readonly Aid[] Instances = [Aid.Parse("F0546D53010101"), Aid.Parse("F0546D53010102")];

    private static readonly IReadOnlyList<CommandApdu> Blocks = CardBench.SampleBlocks();

    [Fact]
    public void No_octets_make_a_card_throw()
    {
        var bench = new CardBench();
        CommandHeader header = bench.Header();
        Octets packet = bench.Protect(header, InstallCommand.ForLoad(CardBench.SamplePackage));
        byte[] valid = bench.Messages(packet)[0].UserData.ToArray();
        Gen<byte[]> mutated =
            from index in Gen.Choose(0, valid.Length - 1)
            from value in Gen.Choose(0, 255)
            from length in Gen.Choose(0, valid.Length)
            from cut in Gen.Elements(true, false)
            select Mutate(valid, index, (byte)value, cut ? length : valid.Length);
        Gen<byte[]> blind = ArbMap.Default.GeneratorFor<byte>().ArrayOf().Resize(140);

        Check.QuickThrowOnFailure(Prop.ForAll(Gen.OneOf(mutated, blind).ToArbitrary(), octets =>
        {
            var card = new CardBench();
            card.Card.Receive(
                new ShortMessage("1", card.Card.Msisdn.Digits, 0x7F, 0xF6, HasHeader: true, Octets.Copy(octets)));
            return card[Tally.Executed] <= 1;
        }));
    }

    [Fact]
    public void No_script_makes_a_card_throw_or_lose_count_of_its_memory()
    {
        Gen<byte[]> scripts =
            from head in Gen.Elements<byte[]>([0x80, 0xE6, 0x02], [0x80, 0xE6, 0x0C], [0x80, 0xE8, 0x00],
                [0x80, 0xE4, 0x00], [0x80, 0xF0, 0x40], [0x80, 0xF2, 0x40])
            from rest in ArbMap.Default.GeneratorFor<byte>().ArrayOf().Resize(60)
            select (byte[])[.. head, .. rest];

        Check.QuickThrowOnFailure(Prop.ForAll(scripts.ToArbitrary(), script =>
        {
            var bench = new CardBench();
            CommandHeader header = bench.Header();
            using var keys = bench.Keys();
            ResponseOpening? answer = bench.Transmit(PacketProtection.Protect(header, keys, script), header);
            return answer is { Kind: ResponseKind.Proven } && MemoryHolds(bench);
        }));
    }

    [Fact]
    public void Histories_of_commands_keep_the_books_in_order_and_accuse_nobody_of_reused_counters()
    {
        Gen<int[]> histories = Gen.Choose(0, 11).ArrayOf().Resize(60);

        Check.QuickThrowOnFailure(Prop.ForAll(histories.ToArbitrary(), history =>
        {
            // A card that keeps a load through other commands, so that loads come to their end.
            var bench = new CardBench(CardProfiles.Aes with { LoadSurvivesForeignCommand = true }, memory: 6000);
            foreach (int step in history)
            {
                if (step == 11)
                {
                    bench.Card.Reset();
                }
                else
                {
                    bench.Run(CommandOf(bench, step));
                }
            }

            return MemoryHolds(bench) && bench.Account.CounterReused.Count == 0 && bench[Tally.Replays] == 0
                && bench.Card.Content.Instances.All(i => bench.Card.Content.FindLoadFile(i.LoadFile) is not null);
        }));
    }

    private static CommandApdu CommandOf(CardBench bench, int step) => step switch
    {
        0 => InstallCommand.ForLoad(CardBench.SamplePackage),
        1 or 2 or 3 => Blocks[Math.Min(bench.Card.Load?.NextBlock ?? 0, Blocks.Count - 1)],
        4 => InstallCommand.ForInstall(CardBench.SamplePackage, CardBench.SampleModule, Instances[0]),
        5 => InstallCommand.ForInstallAndMakeSelectable(CardBench.SamplePackage, CardBench.SampleModule, Instances[1]),
        6 => SetStatusCommand.Lock(Instances[0]),
        7 => SetStatusCommand.Unlock(Instances[1]),
        8 => DeleteCommand.For(CardBench.SamplePackage, related: true),
        9 => DeleteCommand.For(Instances[1], related: false),
        _ => new GetStatusCommand(RegistryScope.Applications).ToApdu(),
    };

    private static bool MemoryHolds(CardBench bench)
    {
        var content = bench.Card.Content;
        int installed = content.LoadFiles.Sum(f => f.Memory) + content.Instances.Sum(i => i.Memory);
        int expected = installed + (bench.Card.Load?.Reserved ?? 0);
        return content.Used == expected && content.Free >= 0;
    }

    private static byte[] Mutate(byte[] octets, int index, byte value, int length)
    {
        byte[] mutated = [.. octets];
        mutated[index] = value;
        return mutated[..length];
    }
}
