using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Tsm.Application.Applications;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Application.Providers;
using Tsm.Card.Identifiers;
using Tsm.Security.Keys;

namespace Tsm.Application.Cards;

/// <summary>The queue: jobs come, are called off, and are refused before anything leaves.</summary>
internal sealed partial class CardTurn
{
    /// <summary>All or none: what one of the jobs has done to the state before another was refused is undone.</summary>
    public IReply Enqueue(EnqueueJobs command)
    {
        (CardState card, int effects, int notes) = (_card, _effects.Count, _history.Count);
        IReply reply = Acknowledged.Instance;
        foreach (EnqueueJob job in command.Jobs)
        {
            reply = Enqueue(job);
            if (reply is JobRejected)
            {
                (_card, _effects.Count, _history.Count) = (card, effects, notes);
                return reply;
            }

            // The next one is checked against what will be when this one is done.
            WantWhatJobsWant();
        }

        return reply;
    }

    public IReply Enqueue(EnqueueJob command)
    {
        if (_card.Jobs.FirstOrDefault(j => j.Id == command.JobId) is { } known)
        {
            return new JobAccepted(Row(known));
        }

        if (_card.Ended.Any(e => e.Id == command.JobId))
        {
            return new JobForgotten(command.JobId);
        }

        if (_card.Jobs.Length >= CardLimits.Jobs)
        {
            return new JobRejected(Problems.QueueFull(_card.Iccid, CardLimits.Jobs));
        }

        if (Road is null)
        {
            return new JobRejected(Problems.NoRoad(_card.Road));
        }

        if (!HasNumber)
        {
            return new JobRejected(Numbers.NumberProblems.None(_card.Iccid));
        }

        if (!TryMakeJob(command, out CardJob? job, out Problem? problem) || (problem = Refusal(job!)) is not null)
        {
            return new JobRejected(problem!);
        }

        if (_before.Jobs.Length > 0 && LengthWith(job!) > CardLimits.StateForMoreJobs)
        {
            return new JobRejected(Problems.QueueFull(_card.Iccid, _card.Jobs.Length));
        }

        EnterService(job!);
        _card = _card with { Jobs = _card.Jobs.Add(job!) };
        Note("job", $"{job!.Operation} was asked for.", job: job.Id);
        RecordAsked(job, command.By);
        return new JobAccepted(Row(job));
    }

    /// <summary>How long the state would be with one job more. A card without jobs takes what belongs together in any case.</summary>
    private int LengthWith(CardJob job) =>
        JsonSerializer.SerializeToUtf8Bytes(_card with { Jobs = _card.Jobs.Add(job) }, CardJson.Default.CardState).Length;

    public IReply Cancel(CancelJob command)
    {
        int at = _card.Jobs.FindIndex(j => j.Id == command.JobId);
        if (at < 0)
        {
            return new JobForgotten(command.JobId);
        }

        CardJob job = _card.Jobs[at];
        if (!job.CancelRequested)
        {
            RecordCancelled(job, command.By);
        }

        if (job.StartedAt is not null)
        {
            job = job with { CancelRequested = true, Now = "Called off: ends when the packet under way is answered." };
            _card = _card with { Jobs = _card.Jobs.SetItem(at, job) };
            return new JobAccepted(Row(job));
        }

        JobRow row = Row(job with { Now = "Called off before it began." }, JobStatus.Cancelled, Grade.Proven, null, Now);
        _effects.Add(new SaveJob(row));
        Note("job", $"{job.Operation} was called off.", job: job.Id);
        Remember(job.Id, JobStatus.Cancelled);
        _card = _card with { Jobs = _card.Jobs.RemoveAt(at) };
        return new JobAccepted(row);
    }

    private bool TryMakeJob(EnqueueJob command, out CardJob? job, out Problem? problem)
    {
        problem = null;
        job = new() { Id = command.JobId, Operation = command.Operation, Order = command.Order, CreatedAt = Now, Now = "Waiting." };
        if (command.Operation == Operation.Audit)
        {
            return true;
        }

        if (command.Operation is Operation.RotateKeys or Operation.Extradite && command.Order?.Domain is null)
        {
            problem = DomainProblems.DomainNeeded(command.Operation);
            return false;
        }

        if (command.Operation == Operation.Personalise && command.Order is not { Personalisation.IsEmpty: false })
        {
            problem = DomainProblems.DataNeeded();
            return false;
        }

        if (command.Operation == Operation.RotateKeys)
        {
            return true;
        }

        if (Application(command.Application) is not { } application)
        {
            problem = Problems.UnknownApplication(command.Application);
            return false;
        }

        job = job with
        {
            Application = application.Id,
            LoadFile = application.PackageAid,
            MakeSelectable = command.MakeSelectable,
            Privileges = command.Privileges,
            Parameters = command.Parameters,
            IfUnused = command.IfUnused,
        };
        return command.Operation == Operation.Install
            ? TryChooseModule(command, application, ref job, out problem)
            : TryChooseInstance(command, application, ref job, out problem);
    }

    private static bool TryChooseModule(EnqueueJob command, CatalogueApplication application, ref CardJob job, out Problem? problem)
    {
        problem = null;
        if (application.IsLibrary)
        {
            return true;
        }

        Aid? module = command.Module ?? (application.Applets is [var only] ? only : null);
        if (module is not { } chosen)
        {
            problem = Problems.ModuleAmbiguous(application);
            return false;
        }

        if (!application.Applets.Contains(chosen))
        {
            problem = Problems.UnknownModule(application, chosen);
            return false;
        }

        job = job with { Module = chosen, Instance = command.Instance ?? chosen };
        return true;
    }

    /// <summary>Which instance is meant: the named one, or the only one that came from the application.</summary>
    private bool TryChooseInstance(EnqueueJob command, CatalogueApplication application, ref CardJob job, out Problem? problem)
    {
        problem = null;
        Aid? instance = command.Instance;
        if (instance is null)
        {
            ImmutableArray<Aid> there = [.. _card.Contents
                .Where(c => c.Kind == ContentKind.Application && c.LoadFile == application.PackageAid && (c.Wanted ?? c.Confirmed) is not null)
                .Select(c => c.Aid)];
            if (there.Length > 1)
            {
                problem = Problems.InstanceAmbiguous(application, there);
                return false;
            }

            instance = there is [var only] ? only : application.Applets is [var first, ..] ? first : null;
        }

        if (instance is null && command.Operation is not (Operation.Terminate or Operation.Extradite))
        {
            problem = Problems.LibraryHasNoLifeCycle(application, command.Operation);
            return false;
        }

        job = job with { Instance = instance };
        return true;
    }

    /// <summary>What can be seen to fail before any message is sent; null when nothing can.</summary>
    private Problem? Refusal(CardJob job)
    {
        if (Domain is not { } domain || !_context.Keys.Has(domain.KeyVersion))
        {
            return Problems.NoKeys(_card.Iccid);
        }

        Decision first = LifeCycleRules.Decide(job, _card.Contents, c => c.Wanted, c => Imports(c, job));
        if (!_card.Uncertain && first is Decision.Illegal illegal)
        {
            return illegal.Problem;
        }

        if (DomainRefusal(job) is { } refusal)
        {
            return refusal;
        }

        return LoadRefusal(job) ?? (first is Decision.Proceed { Stage: var stage } ? LengthRefusal(job with { Cursor = new() { Stage = stage } }) : null);
    }

    /// <summary>What can be seen to fail about a load file that the card does not have.</summary>
    private Problem? LoadRefusal(CardJob job)
    {
        if (job.Operation != Operation.Install || _card.Contents.Any(c => c.Aid == job.LoadFile && c.Wanted is not null))
        {
            return null;
        }

        CatalogueApplication application = Application(job.Application)!;
        return Missing(application) is { Length: > 0 } missing ? Problems.MissingImports(application, Model, missing)
            : application.Memory > FreeMemory() ? Problems.TooBig(application, Model, FreeMemory())
            : null;
    }

    /// <summary>Whether a load file on the card imports that of a job, as far as the catalogue knows it.</summary>
    private bool Imports(ContentItem item, CardJob job) =>
        item.Kind == ContentKind.LoadFile && Application(item.Application) is { } importer && importer.Imports.Any(i => i.Aid == job.LoadFile);

    /// <summary>Which script of the job cannot go, with tokens where the domain that is on the card, or will be, needs them.</summary>
    private Problem? LengthRefusal(CardJob job)
    {
        DomainOrder? ordered = job.Order?.Domain;
        ContentOwner owner = ordered is not null && (DomainOf(job)?.Mode ?? ordered.Mode) == ContractMode.Delegated
            ? ContentOwner.Planned(ordered.Aid)
            : new(ordered?.Aid, null);
        return JobPlanner.Steps(Measured(job), Model, Application(job.Application), Capacity, owner).Select(s => TooLong(job, s)).FirstOrDefault(p => p is not null);
    }

    /// <summary>What can be seen to fail about the domain of a job, and about the data it brings.</summary>
    private Problem? DomainRefusal(CardJob job)
    {
        if (job.Order is not { } order)
        {
            return null;
        }

        if (order.Domain is { } ordered)
        {
            if (_card.SecurityDomains.FirstOrDefault(d => d.Tar == ordered.Tar && d.Aid != ordered.Aid) is { } holder)
            {
                return DomainProblems.TarTaken(ordered.Tar, holder.Aid);
            }

            bool wanted = _card.Contents.Any(c => c.Aid == ordered.Aid && c.Wanted is not null);
            if (job.Operation == Operation.RotateKeys && !wanted)
            {
                return DomainProblems.DomainMissing(ordered.Aid);
            }

            if (DomainOf(ordered.Aid)?.InUse is null && job.Operation is Operation.Install or Operation.Personalise or Operation.Extradite)
            {
                using KeySet keys = OpenKeys(null, Domain!.KeyVersion);
                if (keys.Dek is null)
                {
                    return DomainProblems.NoKeyEncryptionKey(_card.Iccid);
                }
            }
        }

        if (!order.Personalisation.IsEmpty && job.Instance is { } instance)
        {
            // A fresh domain's packets have room for as much as the issuer's.
            int length = order.Personalisation.Length - KeyWrapping.SealOverhead;
            if (ScriptCapacity.Personalisation(Model, instance) is var most && length > most)
            {
                return DomainProblems.DataTooLong(length, most, Model);
            }
        }

        return _card.Services.Length >= CardLimits.Services && _card.Services.All(s => s.Service != order.Service)
            ? DomainProblems.TooManyServices(CardLimits.Services)
            : null;
    }

    /// <summary>Imports that neither the model nor what is (or will be) on the card provides.</summary>
    private ImmutableArray<PackageReference> Missing(CatalogueApplication application)
    {
        ImmutableArray<PackageReference> onCard = [.. _card.Contents
            .Where(c => c.Kind == ContentKind.LoadFile && c.Wanted is not null)
            .SelectMany(Provided)];
        return [.. application.Imports.Where(i => !Model.Packages.Any(p => p.Satisfies(i)) && !onCard.Any(p => p.Satisfies(i)))];

        // A load file that an audit found without its version is given the benefit of the doubt: the card itself will judge.
        IEnumerable<PackageReference> Provided(ContentItem item)
        {
            string? version = item.Version ?? Application(item.Application)?.Version;
            return version?.Split('.') is [var major, var minor] && int.TryParse(major, CultureInfo.InvariantCulture, out int a) && int.TryParse(minor, CultureInfo.InvariantCulture, out int b)
                ? [new(item.Aid, a, b)]
                : application.Imports.Where(i => i.Aid == item.Aid);
        }
    }

    private int FreeMemory() => FreeMemory(_card.Contents);

    private int FreeMemory(ImmutableArray<ContentItem> contents) => Model.Memory - contents
        .Where(c => c.Kind == ContentKind.LoadFile && c.Wanted is not null)
        .Sum(c => Application(c.Application)?.Memory ?? 0);
}
