using Tsm.Application.Applications;
using Tsm.Application.Cards;
using Tsm.Application.Ports;
using Tsm.Security.Keys;
using Tsm.Storage;

namespace Tsm.Tests.Storage;

public sealed class CatalogueTests : IDisposable
{
    private static readonly Road First = new("first", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), 3);
    private static readonly Road Second = new("second", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), 3);

    private readonly SqliteStoreUnderTest _store = new(new());
    private readonly Catalogue _catalogue;

    public CatalogueTests() => _catalogue = new(_store.Catalogue, t => t == "acme" ? [First, Second] : []);

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Has_at_hand_what_was_prepared()
    {
        CatalogueApplication application = StoreContract.Application("0011223344556677", "Applet");
        await _store.Catalogue.AddApplicationAsync("acme", application, StoreData.Audit(), CancellationToken.None);
        await _store.Catalogue.SaveModelAsync("acme", Model("uicc", 5), StoreData.Audit(), CancellationToken.None);
        Assert.False(_catalogue.TryGetApplication("acme", application.Id, out _));
        Assert.False(_catalogue.TryGetModel("acme", "uicc", out _));

        await _catalogue.PrepareAsync("acme", [application.Id, "unknown"], CancellationToken.None);

        Assert.True(_catalogue.TryGetApplication("acme", application.Id, out CatalogueApplication? found));
        Assert.Equal(application.LoadFile, found.LoadFile);
        Assert.True(_catalogue.TryGetModel("acme", "uicc", out _));
        Assert.False(_catalogue.TryGetApplication("acme", "unknown", out _));
        Assert.False(_catalogue.TryGetApplication("globex", application.Id, out _));
        Assert.False(_catalogue.TryGetModel("globex", "uicc", out _));
    }

    [Fact]
    public async Task A_model_that_is_replaced_is_seen_at_once()
    {
        await _catalogue.SaveModelAsync("acme", Model("uicc", 5), StoreData.Audit(), CancellationToken.None);
        await _catalogue.PrepareAsync("acme", [], CancellationToken.None);

        await _catalogue.SaveModelAsync("acme", Model("uicc", 2), StoreData.Audit(), CancellationToken.None);

        Assert.True(_catalogue.TryGetModel("acme", "uicc", out CardModel? model));
        Assert.Equal(2, model.MaxSegments);
    }

    [Fact]
    public async Task An_application_added_after_it_was_asked_for_is_found()
    {
        CatalogueApplication application = StoreContract.Application("0011223344556677", "Applet");
        await _catalogue.PrepareAsync("acme", [application.Id], CancellationToken.None);

        await _catalogue.AddApplicationAsync("acme", application, StoreData.Audit(), CancellationToken.None);
        await _catalogue.PrepareAsync("acme", [application.Id], CancellationToken.None);

        Assert.True(_catalogue.TryGetApplication("acme", application.Id, out _));
    }

    [Fact]
    public void Without_a_name_the_first_road_of_the_tenant_is_taken()
    {
        Assert.True(_catalogue.TryGetRoad("acme", "", out Road? first));
        Assert.True(_catalogue.TryGetRoad("acme", "second", out Road? second));
        Assert.Equal((First, Second), (first, second));
        Assert.False(_catalogue.TryGetRoad("acme", "third", out _));
        Assert.False(_catalogue.TryGetRoad("globex", "", out _));
    }

    private static CardModel Model(string name, int segments) => new() { Name = name, Algorithm = KeyAlgorithm.Aes, MaxSegments = segments };
}
