using System.Collections.Immutable;
using Tsm.Application.Applications;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;

namespace Tsm.Application.Cards;

/// <summary>One turn of a card while it is being decided: the state so far and what is to be written with it.</summary>
/// <remarks>It lives for one call of <see cref="CardMachine.Handle"/>; the chapters are in the other files of this class.</remarks>
internal sealed partial class CardTurn
{
    private readonly CardState _before;
    private readonly TurnContext _context;
    private readonly ImmutableArray<Effect>.Builder _effects = ImmutableArray.CreateBuilder<Effect>();
    private readonly ImmutableArray<HistoryEntry>.Builder _history = ImmutableArray.CreateBuilder<HistoryEntry>();
    private CardState _card;

    public CardTurn(CardState card, TurnContext context)
    {
        _before = card;
        _card = card;
        _context = context;
    }

    private DateTimeOffset Now => _context.Now;

    private string Tenant => _context.Key.Tenant;

    private CardModel Model => _context.Catalogue.TryGetModel(Tenant, _card.Model, out CardModel? model)
        ? model
        : throw new InvalidOperationException($"Card model '{_card.Model}' is gone from the catalogue.");

    private Road? Road => _context.Catalogue.TryGetRoad(Tenant, _card.Road, out Road? road) ? road : null;

    /// <summary>The job that runs or is next.</summary>
    private CardJob Active => _card.Jobs[0];

    /// <summary>Closes the turn: rows whose columns have changed are written with the state.</summary>
    public Turn End(IReply reply)
    {
        Advance();
        WantWhatJobsWant();
        TellServices();

        foreach (CardJob job in _card.Jobs)
        {
            CardJob? earlier = _before.Jobs.FirstOrDefault(j => j.Id == job.Id);
            if (earlier is null || Row(earlier) != Row(job))
            {
                _effects.Add(new SaveJob(Row(job)));
            }
        }

        CardRow row = CardMachine.Row(_context.Key, _card);
        if (row != CardMachine.Row(_context.Key, _before))
        {
            _effects.Add(new SaveCard(row));
        }

        if (_history.Count > 0)
        {
            _effects.Add(new AppendHistory(_history.ToImmutable()));
        }

        return new(_card, reply is JobAccepted accepted ? Refresh(accepted) : reply, _effects.ToImmutable(), _card.Outstanding?.Deadline);
    }

    private void Note(string kind, string text, Octets raw = default, Grade? grade = null, string? job = null) =>
        _history.Add(new(Now, job ?? (_card.Jobs is [var active, ..] ? active.Id : null), kind, grade, text, raw));

    private void Change(Func<CardJob, CardJob> change) => _card = _card with { Jobs = _card.Jobs.SetItem(0, change(Active)) };

    private CatalogueApplication? Application(string? id) =>
        id is not null && _context.Catalogue.TryGetApplication(Tenant, id, out CatalogueApplication? application) ? application : null;

    private JobRow Row(CardJob job) => Row(job, job.StartedAt is null ? JobStatus.Queued : JobStatus.Running, null, null, null);

    private JobRow Row(CardJob job, JobStatus status, Grade? grade, Problem? problem, DateTimeOffset? endedAt) => new(
        job.Id,
        Tenant,
        _context.Key,
        _card.Iccid,
        job.Operation,
        job.Application,
        job.Instance?.ToString(),
        status,
        grade,
        job.Now,
        job.StepsDone,
        Math.Max(job.StepsTotal, job.StepsDone),
        job.SmsSent,
        job.SmsRepeated,
        job.SmsReceived,
        job.OctetsSent,
        job.Proofs,
        problem,
        job.CreatedAt,
        job.StartedAt,
        endedAt);

    /// <summary>The reply shows the job as the turn leaves it, even if it has ended within it.</summary>
    private JobAccepted Refresh(JobAccepted accepted) =>
        _effects.OfType<SaveJob>().LastOrDefault(e => e.Row.Id == accepted.Job.Id) is { } saved ? new(saved.Row) : accepted;

    /// <summary>Ends the active job.</summary>
    private void Finish(JobStatus status, Grade grade, string now, Problem? problem)
    {
        // A packet whose proof was lost, but whose successor proved it, was never answered itself: done is done.
        CardJob job = Active with { Now = now, StepsTotal = status == JobStatus.Done ? Active.StepsDone : Active.StepsTotal };
        _effects.Add(new SaveJob(Row(job, status, grade, problem, Now)));
        Note("job", problem is null ? $"{job.Operation}: {now}" : $"{job.Operation} {status.ToString().ToLowerInvariant()}: {problem}", grade: grade);
        RecordRefusal(job, problem, grade);
        Remember(job.Id, status);
        _card = _card with { Jobs = _card.Jobs.RemoveAt(0) };
    }

    private void Remember(string jobId, JobStatus status)
    {
        ImmutableArray<EndedJob> ended = _card.Ended.Add(new(jobId, status));
        _card = _card with { Ended = ended.Length > CardLimits.EndedJobs ? ended.RemoveAt(0) : ended };
    }

    /// <summary>Wanted is what is confirmed, changed by every job that waits: derived anew at the end of each turn.</summary>
    private void WantWhatJobsWant()
    {
        ImmutableArray<ContentItem> contents = [.. _card.Contents.Select(c => c with { Wanted = c.Confirmed })];
        foreach (CardJob job in _card.Jobs.Where(j => j.Verdict is null && !j.CancelRequested))
        {
            contents = Want(contents, job, Imports);
        }

        contents = [.. contents.Where(c => c.Confirmed is not null || c.Wanted is not null || c.Unknown)];
        if (!contents.SequenceEqual(_card.Contents))
        {
            _card = _card with { Contents = contents };
        }
    }

    private static ImmutableArray<ContentItem> Want(ImmutableArray<ContentItem> contents, CardJob job, Func<ContentItem, CardJob, bool> imports)
    {
        DomainOrder? domain = job.Order?.Domain;

        ImmutableArray<ContentItem> Set(Card.Identifiers.Aid? aid, ContentKind kind, Func<LifeCycle?, LifeCycle?> wanted)
        {
            if (aid is not { } of)
            {
                return contents;
            }

            int at = contents.FindIndex(c => c.Aid == of);
            ContentItem item = at >= 0 ? contents[at] : new(
                of, kind, null, null, false, kind == ContentKind.Application ? job.LoadFile : null, kind == ContentKind.SecurityDomain ? null : job.Application, null, null)
            {
                Domain = kind == ContentKind.SecurityDomain ? null : domain?.Aid,
            };
            item = item with { Wanted = wanted(item.Wanted) };
            return at >= 0 ? contents.SetItem(at, item) : contents.Add(item);
        }

        switch (job.Operation)
        {
            case Operation.Install:
                contents = Set(domain?.Aid, ContentKind.SecurityDomain, was => was ?? LifeCycle.Personalized);
                contents = Set(job.LoadFile, ContentKind.LoadFile, was => was ?? LifeCycle.Loaded);
                return Set(job.Instance, ContentKind.Application, was => was ?? (job.MakeSelectable ? LifeCycle.Selectable : LifeCycle.Installed));
            case Operation.Activate:
                return Set(job.Instance, ContentKind.Application, was => was == LifeCycle.Installed ? LifeCycle.Selectable : was);
            case Operation.Suspend:
                return Set(job.Instance, ContentKind.Application, was => was is { } state ? state.Lock() : null);
            case Operation.Resume:
                return Set(job.Instance, ContentKind.Application, was => was is { } state ? state.Unlock() : null);
            case Operation.Terminate:
                contents = Set(job.Instance, ContentKind.Application, _ => null);
                contents = contents.Any(c => c.Wanted is not null && ((c.Kind == ContentKind.Application && c.LoadFile == job.LoadFile) || imports(c, job)))
                    ? contents
                    : Set(job.LoadFile, ContentKind.LoadFile, _ => null);
                return domain is { RemoveWhenEmpty: true } && !contents.Any(c => c.Domain == domain.Aid && c.Wanted is not null)
                    ? Set(domain.Aid, ContentKind.SecurityDomain, _ => null)
                    : contents;
            default:
                return contents;
        }
    }
}

/// <summary>What immutable arrays lack.</summary>
internal static class ImmutableArrayExtensions
{
    public static int FindIndex<T>(this ImmutableArray<T> items, Func<T, bool> predicate)
    {
        for (int i = 0; i < items.Length; i++)
        {
            if (predicate(items[i]))
            {
                return i;
            }
        }

        return -1;
    }
}
