using System.Text.RegularExpressions;
using Tsm.Application.Hosting;
using Tsm.Application.Policies;
using Tsm.Application.Ports;
using Tsm.Application.Services;
using Tsm.Application.Usage;
using Tsm.Server.Access;
using Tsm.Server.Contracts;

namespace Tsm.Server.Api;

/// <summary>Takes batches of usage records: every fault of every record is told, and one fault is enough for none to be taken.</summary>
internal static partial class UsageIntakes
{
    private const int MaxRecords = 1000;

    /// <summary>What an operator's own records are filed under.</summary>
    private const string OperatorServer = "operator";

    /// <summary>How far the clock of an application server may be ahead of ours.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

    public static async Task<IResult> TakeAsync(
        UsageBatch body,
        Caller caller,
        ServiceScope scope,
        Lookup lookup,
        ICardReads cards,
        IServiceInstances instances,
        IUsageRecords store,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (body.Records is not { Count: >= 1 and <= MaxRecords } records)
        {
            return ApiProblems.Result(ApiProblems.RequestInvalid(
                $"records takes 1 to {MaxRecords} usage records.", "Send fewer at once, or at least one."));
        }

        if (caller.Role == Role.ApplicationServer && body.Server is not null && body.Server != caller.Scope)
        {
            return ApiProblems.Result(ApiProblems.RequestInvalid($"server is '{body.Server}'.", "Leave it out: the token says which server sends."));
        }

        string? onBehalf = caller.Role == Role.ApplicationServer ? caller.Scope : body.Server;
        var batch = new Batch(caller, onBehalf, scope, lookup, cards, instances, time.GetUtcNow());
        List<UsageRecord> taken = [];
        for (int i = 0; i < records.Count; i++)
        {
            if (await batch.ReadAsync(i, records[i], cancellationToken) is { } record)
            {
                taken.Add(record);
            }
        }

        List<ApiFault> faults = batch.Faults;
        if (faults.Count == 0)
        {
            UsageIntake intake = await store.AddAsync(caller.Tenant, taken, cancellationToken);
            if (intake.Differing.Count == 0)
            {
                return Results.Ok(new UsageTaken(intake.Added, intake.Known));
            }

            faults.AddRange(intake.Differing.Select(i => new ApiFault(
                i + 1, "id", "USAGE_ID_REUSED", $"The id {taken[i].Id} stands for another record already.", "Give each record an id of its own.")));
        }

        return ApiProblems.Result(PolicyProblems.RecordsInvalid(faults.Select(f => f.Line).Distinct().Count()), faults);
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,31}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    internal static partial Regex KindPattern();

    /// <summary>One batch while it is read: services and cards are looked up once.</summary>
    private sealed class Batch(
        Caller caller, string? onBehalf, ServiceScope scope, Lookup lookup, ICardReads cards, IServiceInstances instances, DateTimeOffset now)
    {
        private readonly Dictionary<string, Service?> _services = new(StringComparer.Ordinal);
        private readonly Dictionary<string, CardRow?> _cards = new(StringComparer.Ordinal);
        private readonly Dictionary<(GrainKey, string), bool> _onCard = [];
        private readonly Dictionary<string, UsageRecordBody> _seen = new(StringComparer.Ordinal);

        public List<ApiFault> Faults { get; } = [];

        public async Task<UsageRecord?> ReadAsync(int place, UsageRecordBody? body, CancellationToken cancellationToken)
        {
            int before = Faults.Count, line = place + 1;
            void Fault(string column, string code, string problem, string next) => Faults.Add(new(line, column, code, problem, next));
            if (body is null)
            {
                Fault("records", "USAGE_RECORD_EMPTY", "The record is empty.", "Leave it out.");
                return null;
            }

            if (body.Id is not { Length: >= 1 and <= UsageRecord.MaxIdLength } id || id.Any(char.IsControl))
            {
                Fault("id", "USAGE_ID_INVALID", $"id takes 1 to {UsageRecord.MaxIdLength} characters.", "Name the record by what the server calls it.");
            }
            else if (!_seen.TryAdd(id, body) && _seen[id] != body)
            {
                Fault("id", "USAGE_ID_REUSED", $"The id {id} stands twice in the batch, for different records.", "Give each record an id of its own.");
            }

            if (body.Kind is null || !KindPattern().IsMatch(body.Kind))
            {
                Fault("kind", "USAGE_KIND_INVALID", "kind takes lower-case letters, digits and hyphens, 1 to 32 characters.", "Write it like card-refused.");
            }

            decimal amount = body.Amount ?? 1;
            if (!UsageRecord.IsAmount(amount))
            {
                Fault("amount", "USAGE_AMOUNT_INVALID", $"amount takes 0 to {UsageRecord.MaxAmount:0} with up to {UsageRecord.Decimals} decimals.", "Send it in a unit that fits.");
            }

            if (body.At is not { } at || at > now + ClockTolerance)
            {
                Fault("at", "USAGE_TIME_INVALID", body.At is null ? "at is missing." : "at lies in the future.", "Say when it was used; check the server's clock.");
            }

            Service? service = await ServiceAsync(body.Service ?? "", cancellationToken);
            if (service is null)
            {
                Fault(
                    "service", "USAGE_SERVICE_FOREIGN", $"Service {body.Service} is none that {onBehalf ?? "anybody"} serves.",
                    "Send records of your own services only.");
            }

            CardRow? card = await CardAsync(body.Iccid ?? "", cancellationToken);
            if (service is not null && (card is null || !await IsOnAsync(card, service, cancellationToken)))
            {
                // Whether the card exists at all is nothing that an application server learns.
                Fault("iccid", "USAGE_CARD_FOREIGN", $"Service {service.Id} is not, and was not, on card {body.Iccid}.", "Check the ICCID.");
            }

            return Faults.Count > before
                ? null
                : new(onBehalf ?? OperatorServer, body.Id!, service!.Id, card!.Grain, card.Iccid, card.Msisdn, body.At!.Value, body.Kind!, amount, now);
        }

        private async Task<Service?> ServiceAsync(string id, CancellationToken cancellationToken)
        {
            if (!_services.TryGetValue(id, out Service? service))
            {
                service = await scope.FindAsync(caller, id, cancellationToken);
                _services[id] = service = onBehalf is null || service?.ApplicationServer == onBehalf ? service : null;
            }

            return service;
        }

        private async Task<CardRow?> CardAsync(string iccid, CancellationToken cancellationToken)
        {
            if (!_cards.TryGetValue(iccid, out CardRow? row))
            {
                // By ICCID only: a number may have been another card's when the service was used.
                row = iccid.Length >= 18 && await lookup.CardAsync(caller.Tenant, iccid, cancellationToken) is GrainKey key
                    ? await cards.FindAsync(key, cancellationToken)
                    : null;
                _cards[iccid] = row;
            }

            return row;
        }

        private async Task<bool> IsOnAsync(CardRow card, Service service, CancellationToken cancellationToken)
        {
            if (!_onCard.TryGetValue((card.Grain, service.Id), out bool isOn))
            {
                isOn = (await instances.ListAsync(caller.Tenant, new(Service: service.Id, Card: card.Grain), null, 1, cancellationToken)).Items.Count > 0;
                _onCard[(card.Grain, service.Id)] = isOn;
            }

            return isOn;
        }
    }
}
