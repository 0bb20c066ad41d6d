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
using SecurityDomain = Tsm.Simulator.Content.SecurityDomain;

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
                [0x80, 0xE4, 0x00], [0x80, 0xF0, 0x40], [0x80, 0xF2, 0x40], [0x80, 0xE6, 0x20], [0x80, 0xE6, 0x10],
                [0x80, 0xD8, 0x00], [0x80, 0xD8, 0x02], [0x80, 0xE2, 0x88], [0x80, 0xE2, 0x90], [0x80, 0xF0, 0x60])
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

    [Fact]
    public void Histories_of_domains_keep_the_books_in_order_and_leave_nothing_without_an_owner()
    {
        Gen<int[]> histories = Gen.Choose(0, 99).ArrayOf().Resize(60);

        Check.QuickThrowOnFailure(Prop.ForAll(histories.ToArbitrary(), history =>
        {
            using var bench = new DomainBench(CardProfiles.Aes with { LoadSurvivesForeignCommand = true }, memory: 8000);
            bench.PutTokenKeys();
            foreach (int step in history)
            {
                SecurityDomain[] domains = [bench.Issuer, .. bench.Environment.Supplementary];
                bench.Execute(domains[step % domains.Length], DomainCommandOf(bench, step / 4));
            }

            return MemoryHolds(bench.Bench)
                && bench.Content.Instances.All(i => bench.Environment.FindDomain(i.SecurityDomain) is { } owner && LeadsUp(bench, owner))
                && bench.Content.LoadFiles.All(f => bench.Environment.FindDomain(f.SecurityDomain) is not null)
                && bench.Environment.Supplementary.All(d => bench.Content.FindInstance(d.Aid) is not null && !d.ServingKeySets.IsEmpty)
                && bench.Environment.Supplementary.SelectMany(d => d.Tars).Distinct().Count() == bench.Environment.Supplementary.Count;
        }));
    }

    private static bool LeadsUp(DomainBench bench, SecurityDomain domain)
    {
        int steps = 0;
        for (SecurityDomain? above = domain; above is not null; above = above.Parent)
        {
            if (steps++ > bench.Environment.Supplementary.Count)
            {
                return false;
            }
        }

        return true;
    }

    private static CommandApdu DomainCommandOf(DomainBench bench, int step) => step switch
    {
        0 => DomainBench.ForDomain(privileges: Privileges.SecurityDomain | Privileges.AuthorizedManagement),
        1 => DomainBench.ForDomain(DomainBench.Second, DomainBench.SecondTar, Privileges.DelegatedManagement),
        2 => new TestKeys(1, 0x30).Put(0, bench.IssuerKeys).ToApdu(),
        3 => new TestKeys(1, 0x40).Put(1, bench.IssuerKeys).ToApdu(),
        4 => InstallCommand.ForLoad(CardBench.SamplePackage, DomainBench.Provider),
        5 => bench.Permit(InstallCommand.ForLoad(CardBench.SamplePackage, hash: DomainBench.SampleHash())).ToApdu(),
        6 or 7 or 8 or 9 => Blocks[Math.Min(bench.Bench.Card.Load?.NextBlock ?? 0, Blocks.Count - 1)],
        10 => DomainBench.ForSample().ToApdu(),
        11 => bench.Permit(DomainBench.ForSample(Instances[1])).ToApdu(),
        12 => InstallCommand.ForExtradition(DomainBench.Provider, DomainBench.Second),
        13 => InstallCommand.ForExtradition(DomainBench.Second, DomainBench.Provider),
        14 => InstallCommand.ForExtradition(DomainBench.Second, CardBench.SamplePackage),
        15 => InstallCommand.ForExtradition(DomainBench.Provider, CardBench.SampleModule),
        16 => DeleteCommand.For(DomainBench.Provider, related: false),
        17 => DeleteCommand.For(DomainBench.Second, related: false),
        18 => DeleteCommand.For(CardBench.SamplePackage, related: true),
        19 => new(0x80, Instruction.SetStatus, 0x60, 0x80, DomainBench.Provider.Octets),
        20 => new(0x80, Instruction.SetStatus, 0x60, 0x00, DomainBench.Provider.Octets),
        21 => DeleteCommand.ForKeys(1),
        22 => InstallCommand.ForPersonalization(CardBench.SampleModule),
        23 => new(0x80, Instruction.StoreData, 0x88, 0, Octets.Parse("010101AA")),
        _ => new GetStatusCommand(RegistryScope.Applications).ToApdu(),
    };

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
