using Tsm.Tests.Testing;

namespace Tsm.Tests.Hosting;

/// <content>What a host owes a grain after the database went back in time.</content>
public abstract partial class GrainHostContract
{
    [ContractFact]
    public async Task A_grain_is_told_once_that_the_database_went_back()
    {
        await SendAsync(One, new Add(1));
        await StopAsync();
        Store.BeginEpoch();
        await StartHostAsync();

        Count[] counts = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => CountAsync(One, new Add(1))));

        Assert.All(counts, c => Assert.Equal(1, c.Returns));
        Assert.Equal(1, (await CountAsync(One, new Ask())).Returns);
        Assert.Equal(6, counts.Max(c => c.Value));
    }
}
