using Tsm.Application.AuditTrail;
using Tsm.Application.Cards;
using Tsm.Application.Ports;
using Tsm.Server.Access;

namespace Tsm.Server.Hosting;

/// <summary>Writes the built-in card models that a tenant does not have; those it has stay as they are.</summary>
internal sealed partial class Seeding(ICatalogueStore catalogue, TimeProvider time, ILogger<Seeding> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        HashSet<string> there =
            [.. (await catalogue.ModelsAsync(Caller.LocalTenant, cancellationToken)).Select(m => m.Name)];
        foreach (CardModel model in BuiltInCardModels.All.Where(m => !there.Contains(m.Name)))
        {
            AuditEntry audit = AuditEntries.CardModelSaved(time.GetUtcNow(), Actor.FirstStart, model);
            await catalogue.SaveModelAsync(Caller.LocalTenant, model, audit, cancellationToken);
            LogSeeded(logger, model.Name);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(EventId = 6003, Level = LogLevel.Information, Message = "Card model {Name} declared")]
    private static partial void LogSeeded(ILogger logger, string name);
}
