using Tsm.Application.AuditTrail;
using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Security.Keys;
using Tsm.Server.Access;

namespace Tsm.Server.Import;

/// <summary>What became of a file.</summary>
/// <param name="Cards">Cards that are right.</param>
/// <param name="First">The first of them, at most <see cref="CardImporter.Shown"/>.</param>
/// <param name="Faults">What is wrong; then nothing was written.</param>
internal sealed record CardImportOutcome(int Cards, IReadOnlyList<CheckedCard> First, CardImportFaults Faults);

/// <summary>Imports cards: all of a file when every line is right, otherwise none.</summary>
/// <remarks>
/// Lines are read, checked and their keys wrapped while they arrive; the transaction begins after the last. So neither the length of a
/// file nor the pace of an upload is a matter of memory or of locks.
/// </remarks>
internal sealed partial class CardImporter(
    ICardImport import,
    ICatalogueStore catalogue,
    IKeyVault vault,
    IEnumerable<IMachine> machines,
    TimeProvider time,
    ILogger<CardImporter> logger)
{
    /// <summary>Cards that an answer shows.</summary>
    public const int Shown = 100;

    /// <summary>Lines held at once.</summary>
    private const int Chunk = 4096;

    private readonly IMachine _machine = machines.Single(m => m.Kind is CardMachine.GrainKind);

    /// <summary>Checks a file and, unless it is a dry run or has faults, writes its cards.</summary>
    /// <param name="source">What the caller calls the file, for the audit trail.</param>
    public async Task<CardImportOutcome> ImportAsync(
        Caller caller, Stream body, string source, bool dryRun, CancellationToken cancellationToken)
    {
        string tenant = caller.Tenant;
        var check = new CardImport(await catalogue.ModelsAsync(tenant, cancellationToken));
        var ids = new CardIds(time.GetUtcNow());
        List<CheckedCard> first = [];
        int count = 0;
        using CardSpool spool = CardSpool.Create();
        await foreach (CardImportRow[] rows in CardCsv.ReadAsync(body, check.Faults, cancellationToken).Chunk(Chunk))
        {
            CheckedCard[] cards = [.. rows.Select(check.Check).OfType<CheckedCard>()];
            check.Refuse(cards, await import.TakenAsync(tenant, [.. cards.SelectMany(c => c.Names)], cancellationToken));
            count += cards.Length;
            first.AddRange(cards.Take(Shown - first.Count));
            if (check.Faults.Count == 0 && !dryRun)
            {
                Spool(spool, tenant, ids, cards);
            }
        }

        if (check.Faults.Count == 0 && !dryRun)
        {
            await WriteAsync(caller, spool, check, source, cancellationToken);
        }

        return new(count, first, check.Faults);
    }

    private async Task WriteAsync(Caller caller, CardSpool spool, CardImport check, string source, CancellationToken cancellationToken)
    {
        try
        {
            DateTimeOffset now = time.GetUtcNow();
            AuditEntry audit = AuditEntries.CardsImported(now, caller.Actor, spool.Count, source);
            await import.ImportAsync(caller.Tenant, spool.Read(caller.Tenant, _machine), now, audit, cancellationToken);
            LogImported(logger, spool.Count, caller.Tenant);
        }
        catch (DuplicateAliasException duplicate)
        {
            // Somebody else imported the same card between the check and the write.
            check.Refuse(duplicate.Kind, duplicate.Value);
        }
    }

    /// <summary>Wraps the keys of cards, on all cores, and puts them away in their order.</summary>
    private void Spool(CardSpool spool, string tenant, CardIds ids, CheckedCard[] cards)
    {
        string[] names = [.. cards.Select(_ => ids.Next())];
        var wrapped = new WrappedKeySet[cards.Length];
        Parallel.For(0, cards.Length, i => wrapped[i] = Wrap(new(tenant, _machine.Kind, names[i]), cards[i]));
        for (int i = 0; i < cards.Length; i++)
        {
            spool.Add(names[i], cards[i], wrapped[i]);
        }
    }

    private WrappedKeySet Wrap(GrainKey key, CheckedCard card)
    {
        using var keys = new KeySet(
            card.KeyVersion,
            KeyMaterial.From(card.Kic.Span, card.Model.Algorithm),
            KeyMaterial.From(card.Kid.Span, card.Model.Algorithm),
            card.Dek.IsEmpty ? null : KeyMaterial.From(card.Dek.Span, card.Model.Algorithm));
        return vault.Wrap(key, keys);
    }

    [LoggerMessage(EventId = 6010, Level = LogLevel.Information, Message = "{Count} cards imported for tenant {Tenant}")]
    private static partial void LogImported(ILogger logger, int count, string tenant);
}
