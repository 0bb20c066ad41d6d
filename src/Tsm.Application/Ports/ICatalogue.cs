using System.Diagnostics.CodeAnalysis;
using Tsm.Application.Applications;
using Tsm.Application.Cards;
using Tsm.Application.Delivery;

namespace Tsm.Application.Ports;

/// <summary>What machines look up: immutable, in memory, the same answer however often it is asked.</summary>
public interface ICatalogue
{
    /// <summary>The card model of that name.</summary>
    bool TryGetModel(string tenant, string name, [NotNullWhen(true)] out CardModel? model);

    /// <summary>The application with its load file.</summary>
    bool TryGetApplication(string tenant, string id, [NotNullWhen(true)] out CatalogueApplication? application);

    /// <summary>The road that leads to cards of this tenant, by name; the tenant's first when <paramref name="name"/> is empty.</summary>
    bool TryGetRoad(string tenant, string name, [NotNullWhen(true)] out Road? road);

    /// <summary>Fetches applications that are not in memory yet, before a batch of turns.</summary>
    Task PrepareAsync(string tenant, IReadOnlyCollection<string> applicationIds, CancellationToken cancellationToken);
}

/// <summary>A road to cards and its manners: one SMSC account.</summary>
/// <param name="Name">The name that operators gave it.</param>
/// <param name="AnswerTimeout">How long an answer may take after the SMSC has taken the packet: validity period plus a margin in the field, a second in the demo.</param>
/// <param name="IndicatedGrace">How long a proven answer is waited for after one that proves nothing.</param>
/// <param name="MaxSends">How often the same octets are sent before silence is taken for an answer, 1..100.</param>
/// <param name="Life">When it could bring answers; null when nobody watches it.</param>
public sealed record Road(string Name, TimeSpan AnswerTimeout, TimeSpan IndicatedGrace, int MaxSends, RoadLife? Life = null);
