using System.Security.Cryptography;
using Tsm.Application.AuditTrail;
using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Security.Keys;
using Tsm.Server.Access;

namespace Tsm.Server.Import;

/// <summary>Imports cards: all of a file when every line is right, otherwise none.</summary>
internal sealed partial class CardImporter(
    ICardImport import,
    ICatalogueStore catalogue,
    IKeyVault vault,
    IEnumerable<IMachine> machines,
    TimeProvider time,
    ILogger<CardImporter> logger)
{
    private readonly IMachine _machine = machines.Single(m => m.Kind is CardMachine.GrainKind);

    /// <summary>Checks a file and, unless it is a dry run or has faults, writes its cards.</summary>
    /// <param name="source">What the caller calls the file, for the audit trail.</param>
    public async Task<(IReadOnlyList<CheckedCard> Cards, IReadOnlyList<CardImportFault> Faults)> ImportAsync(
        Caller caller, Stream body, string source, bool dryRun, CancellationToken cancellationToken)
    {
        string tenant = caller.Tenant;
        (IReadOnlyList<CardImportRow> rows, IReadOnlyList<CardImportFault> unreadable) = await CardCsv.ReadAsync(body, cancellationToken);
        (var cards, var wrong) = CardImport.Check(rows, await catalogue.ModelsAsync(tenant, cancellationToken));
        (string Kind, string Value)[] aliases = [.. cards.SelectMany(c => new[] { ("iccid", c.Iccid), ("msisdn", c.Msisdn) })];
        var taken = CardImport.Taken(cards, await import.TakenAsync(tenant, aliases, cancellationToken));
        List<CardImportFault> faults = [.. unreadable.Concat(wrong).Concat(taken).OrderBy(f => f.Line)];
        if (faults.Count > 0 || dryRun)
        {
            return (cards, faults);
        }

        try
        {
            DateTimeOffset now = time.GetUtcNow();
            AuditEntry audit = AuditEntries.CardsImported(now, caller.Actor, cards.Length, source);
            await import.ImportAsync(tenant, [.. cards.Select(c => Prepare(tenant, c))], now, audit, cancellationToken);
        }
        catch (DuplicateAliasException duplicate)
        {
            // Somebody else imported the same card between the check and the write.
            return (cards, CardImport.Taken(cards, new HashSet<(string, string)> { (duplicate.Kind, duplicate.Value) }));
        }

        LogImported(logger, cards.Length, tenant);
        return (cards, []);
    }

    private ImportedCard Prepare(string tenant, CheckedCard card)
    {
        var key = new GrainKey(tenant, _machine.Kind, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)));
        using var keys = new KeySet(
            card.KeyVersion,
            KeyMaterial.From(card.Kic.Span, card.Model.Algorithm),
            KeyMaterial.From(card.Kid.Span, card.Model.Algorithm),
            card.Dek.IsEmpty ? null : KeyMaterial.From(card.Dek.Span, card.Model.Algorithm));
        CardState state = CardMachine.Create(card.Iccid, card.Msisdn, card.Model, road: "", card.KeyVersion, card.Counter);
        return new(
            key,
            _machine.Schema,
            _machine.Serialize(state),
            [vault.Wrap(key, keys)],
            CardMachine.Row(key, state));
    }

    [LoggerMessage(EventId = 6010, Level = LogLevel.Information, Message = "{Count} cards imported for tenant {Tenant}")]
    private static partial void LogImported(ILogger logger, int count, string tenant);
}
