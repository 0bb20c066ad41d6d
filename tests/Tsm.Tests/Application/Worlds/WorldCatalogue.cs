using System.Diagnostics.CodeAnalysis;
using Tsm.Application.Applications;
using Tsm.Application.Cards;
using Tsm.Application.Ports;
using Tsm.Card.Encoding;
using Tsm.Security.Keys;

namespace Tsm.Tests.Application.Worlds;

/// <summary>Keys and catalogue of a world.</summary>
internal sealed class WorldCatalogue(CardWorld world, KeyAlgorithm algorithm, Octets kic, Octets kid, Octets dek) : WorldKeys(algorithm), ICardKeys, ICatalogue
{
    public bool Has(int version) => version == 1;

    public KeySet? Open(int version) => version != 1 ? null : new(
        1, KeyMaterial.From(kic.Span, Algorithm), KeyMaterial.From(kid.Span, Algorithm), HasKeyEncryptionKey ? KeyMaterial.From(dek.Span, Algorithm) : null);

    /// <summary>Whether the card was imported with its DEK.</summary>
    public bool HasKeyEncryptionKey { get; set; } = true;

    public bool TryGetModel(string tenant, string name, [NotNullWhen(true)] out CardModel? model)
    {
        model = world.Model;
        return true;
    }

    public bool TryGetApplication(string tenant, string id, [NotNullWhen(true)] out CatalogueApplication? application) =>
        world.Applications.TryGetValue(id, out application);

    public bool TryGetRoad(string tenant, string name, [NotNullWhen(true)] out Road? road)
    {
        road = world.Road with { Life = world.Life?.Invoke(world.Now) };
        return true;
    }

    public Task PrepareAsync(string tenant, IReadOnlyCollection<string> applicationIds, CancellationToken cancellationToken) => Task.CompletedTask;
}
