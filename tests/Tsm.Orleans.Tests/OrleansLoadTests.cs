using System.Diagnostics;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Security.Keys;
using Tsm.Storage.Vault;
using Tsm.Testing;
using Tsm.Tests.Hosting;
using Tsm.Tests.Storage;
using Tsm.Tests.Testing;
using Xunit.Abstractions;

namespace Tsm.Orleans.Tests;

/// <summary>How many turns a second silos of this machine make: state, card row, history line, packet. Run with TSM_ORLEANS_LOAD=1; it prints, and asserts that all were made.</summary>
[Collection(OrleansCollection.Name), NeedsPostgres, NeedsOrleansScripts, NeedsLoad]
public sealed class OrleansLoadTests(PrivatePostgres postgres, ITestOutputHelper output)
{
    [ContractFact]
    public async Task Prints_turns_a_second_on_one_silo_and_on_two()
    {
        await MeasureAsync(silos: 1);
        await MeasureAsync(silos: 2);
    }

    private async Task MeasureAsync(int silos)
    {
        const int Callers = 256, TurnsEach = 40;
        var time = new ManualTimeProvider();
        using var store = new PostgresStoreUnderTest(postgres, time);
        using var vault = new KeyVault(VaultKey.From(new byte[32]), store.Vault);
        GrainKey[] keys = [.. Enumerable.Range(0, Callers * 8).Select(i => StoreData.Card(i).Grain)];
        await store.Grains.CreateAsync(keys);
        var setting = new SiloSetting(store, time, new NoCatalogue(), vault, "load", new(), new());
        IReadOnlyList<TestSilo> running = silos == 1 ? [await TestSilo.StartAsync(setting)] : await TestSilo.StartTwoAsync(setting);
        await RunAsync(8); // Everything is compiled, every grain is active.

        long started = Stopwatch.GetTimestamp();
        await RunAsync(TurnsEach);
        TimeSpan took = Stopwatch.GetElapsedTime(started);

        output.WriteLine($"Orleans, {silos} silo(s): {Callers * TurnsEach / took.TotalSeconds:N0} full turns/s ({Callers * TurnsEach} turns, {Callers} at once, {keys.Length} grains)");
        var rows = new OrleansRows(store.ConnectionString);
        Assert.Equal(Callers * (TurnsEach + 8), await rows.CountAsync("card_history"));
        foreach (TestSilo silo in running)
        {
            await silo.DisposeAsync();
        }

        Task RunAsync(int turns) => Task.WhenAll(Enumerable.Range(0, Callers).Select(async caller =>
        {
            for (int i = 0; i < turns; i++)
            {
                GrainKey key = keys[(caller * 8) + (i % 8)];
                await running[caller % silos].Grains.SendAsync(
                    key,
                    new Add(
                        0,
                        new SaveCard(StoreData.CardRow(key, StoreData.Iccid(caller), StoreData.Msisdn(caller))),
                        new AppendHistory([StoreData.Line("turn")]), StoreData.Packet($"p{i}")),
                    CancellationToken.None);
            }
        }));
    }
}

/// <summary>The tests of this class measure, which takes time and a quiet machine.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NeedsLoadAttribute : NeedsAttribute
{
    public override string? WhyNot =>
        Environment.GetEnvironmentVariable("TSM_ORLEANS_LOAD") is { Length: > 0 } ? null : "It measures; set TSM_ORLEANS_LOAD=1 to have it run.";
}
