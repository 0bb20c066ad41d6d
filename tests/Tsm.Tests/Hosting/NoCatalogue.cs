using System.Diagnostics.CodeAnalysis;
using Tsm.Application.Applications;
using Tsm.Application.Cards;
using Tsm.Application.Ports;

namespace Tsm.Tests.Hosting;

/// <summary>A catalogue with nothing in it.</summary>
internal sealed class NoCatalogue : ICatalogue
{
    public bool TryGetModel(string tenant, string name, [NotNullWhen(true)] out CardModel? model)
    {
        model = null;
        return false;
    }

    public bool TryGetApplication(string tenant, string id, [NotNullWhen(true)] out CatalogueApplication? application)
    {
        application = null;
        return false;
    }

    public bool TryGetRoad(string tenant, string name, [NotNullWhen(true)] out Road? road)
    {
        road = null;
        return false;
    }

    public Task PrepareAsync(string tenant, IReadOnlyCollection<string> applicationIds, CancellationToken cancellationToken) =>
        Task.CompletedTask;
}
