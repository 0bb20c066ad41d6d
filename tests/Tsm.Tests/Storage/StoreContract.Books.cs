using Tsm.Application.Ports;
using Tsm.Application.Services;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Storage.Shared;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Storage;

/// <summary>Documents.</summary>
public abstract partial class StoreContract
{
    private static readonly ServiceVersion Version = new()
    {
        Version = "1.0",
        Application = "app",
        Module = Aid.Parse("F000000001"),
        Instance = Aid.Parse("F000000002"),
        Privileges = Octets.Parse("008000"),
        Parameters = "{serial}",
        Tar = Tar.Parse("000101"),
        Libraries = ["lib-1", "lib-2"],
        Personalisation = [new("0101", "{key}")],
        Upgrade = UpgradeRule.KeepData,
        CreatedAt = StoreData.Epoch,
        ApprovedAt = StoreData.Epoch.AddMilliseconds(1),
    };

    private static readonly Service Canteen = new()
    {
        Id = "canteen",
        Provider = "bank",
        Name = "Käntine \"x\"",
        Aid = Aid.Parse("F0000000AA"),
        Code = 1,
        ApplicationServer = "server",
        OnCardSwap = CardSwapRule.Orphan,
        Versions = [Version],
        CreatedAt = StoreData.Epoch,
    };

    private Books Documents => new(Store.Sql);

    [ContractFact]
    public async Task A_document_is_read_as_it_was_written()
    {
        Assert.True(await SaveAsync(Canteen, 0));

        BookEntry<Service> read = (await Documents.FindAsync<Service>(StoreData.Tenant, "canteen", CancellationToken.None))!;

        ServiceVersion version = Assert.Single(read.Document.Versions);
        Assert.Equal(1, read.Version);
        Assert.True(version.IsSame(Version));
        Assert.Equal((Version.CreatedAt, Version.ApprovedAt, null), (version.CreatedAt, version.ApprovedAt, version.RejectedAt));
        Assert.Equal(Canteen with { Versions = read.Document.Versions }, read.Document);
        Assert.Null(await Documents.FindAsync<Service>("globex", "canteen", CancellationToken.None));
    }

    [ContractFact]
    public async Task Who_has_not_seen_the_last_change_writes_nothing_and_leaves_no_entry()
    {
        await SaveAsync(Canteen, 0);

        Assert.False(await SaveAsync(Canteen with { Name = "again" }, 0));
        Assert.True(await SaveAsync(Canteen with { Name = "second" }, 1));
        Assert.False(await SaveAsync(Canteen with { Name = "lost" }, 1));
        Assert.False(await Documents.DeleteAsync<Service>(StoreData.Tenant, "canteen", 1, StoreData.Audit("canteen"), CancellationToken.None));
        Assert.False(await SaveAsync(Canteen with { Id = "ghost" }, 3));

        BookEntry<Service> read = (await Documents.FindAsync<Service>(StoreData.Tenant, "canteen", CancellationToken.None))!;
        Assert.Equal(("second", 2L), (read.Document.Name, read.Version));
        await Store.Trail.SealAsync(CancellationToken.None);
        Page<AuditListEntry> trail = await Store.Trail.ListAsync(StoreData.Tenant, new(null, null, null, null), null, 10, CancellationToken.None);
        Assert.Equal(2, trail.Items.Count);
    }

    [ContractFact]
    public async Task Of_many_who_change_a_document_at_once_one_wins()
    {
        await SaveAsync(Canteen, 0);

        bool[] written = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => SaveAsync(Canteen with { Name = $"name {i}" }, 1))));

        Assert.Single(written, w => w);
    }

    [ContractFact]
    public async Task Documents_are_listed_by_id_and_by_owner()
    {
        foreach ((string id, string provider) in ((string, string)[])[("c", "bank"), ("a", "shop"), ("b", "bank")])
        {
            await SaveAsync(Canteen with { Id = id, Provider = provider }, 0);
        }

        Assert.Equal(["a", "b", "c"], await ListAsync(null));
        Assert.Equal(["b", "c"], await ListAsync("bank"));
        Assert.Empty(await ListAsync("nobody"));
        await SaveAsync(Canteen with { Id = "b", Provider = "shop" }, 1);
        Assert.Equal(["a", "b"], await ListAsync("shop"));
    }

    [ContractFact]
    public async Task A_document_that_was_taken_away_may_begin_anew()
    {
        await SaveAsync(Canteen, 0);

        Assert.True(await Documents.DeleteAsync<Service>(StoreData.Tenant, "canteen", 1, StoreData.Audit("canteen"), CancellationToken.None));

        Assert.Null(await Documents.FindAsync<Service>(StoreData.Tenant, "canteen", CancellationToken.None));
        Assert.False(await Documents.DeleteAsync<Service>(StoreData.Tenant, "canteen", 1, StoreData.Audit("canteen"), CancellationToken.None));
        Assert.True(await SaveAsync(Canteen, 0));
    }

    private Task<bool> SaveAsync(Service service, long expected) =>
        Documents.SaveAsync(StoreData.Tenant, service, expected, StoreData.Audit(service.Id), CancellationToken.None);

    private async Task<IEnumerable<string>> ListAsync(string? owner) =>
        (await Documents.ListAsync<Service>(StoreData.Tenant, owner, CancellationToken.None)).Select(e => e.Document.Id);
}
