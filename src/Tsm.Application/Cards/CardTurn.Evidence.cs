using System.Collections.Immutable;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Application.Providers;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;

namespace Tsm.Application.Cards;

/// <summary>Evidence: what a proven answer says of each command, and what follows from it.</summary>
internal sealed partial class CardTurn
{
    private void Conclude(OutstandingPacket packet, Octets data, Octets raw)
    {
        _card = _card with { Outstanding = null };
        _effects.Add(new WithdrawPacket());
        Change(j => j with { StepsDone = j.StepsDone + 1, IndicatedAnswers = 0, CounterJumps = 0, Recoveries = 0 });

        ImmutableArray<StepPart> parts = packet.Parts;
        if (!ScriptAnswer.TryRead(packet.Format, data, parts, out ScriptAnswer answer, out PacketError error))
        {
            Problem problem = Problems.NoResponse(packet.Format, error, data);
            Note("answer", $"PoR 00, CC valid, but: {problem.Meaning}", raw, Grade.Proven);
            WriteOff(packet, possiblyExecuted: true);
            Abandon(problem, Grade.Proven);
            return;
        }

        Note("answer", $"PoR 00, CC valid: {answer.Describe(parts.Length, Describe(parts))}", raw, Grade.Proven);
        foreach (StepPart part in parts.Take(answer.Succeeded))
        {
            Apply(part);
        }

        if (answer.Succeeded == parts.Length)
        {
            Change(j => j with { Cursor = packet.After });
            switch (parts[0].Purpose)
            {
                case Purpose.ListApplications or Purpose.ListLoadFiles:
                    TakeList(packet, answer.Status, answer.Data);
                    break;
                case Purpose.PutDomainKeys or Purpose.ForPersonalization when parts.Any(p => p.Purpose == Purpose.PutDomainKeys):
                    CheckKeys(packet, answer.Data);
                    break;
                case Purpose.ReadTable:
                    TakeTable(answer.Data);
                    break;
                case Purpose.ListDelegationKeys:
                    TakeDelegationKeys(answer.Data);
                    break;
                case Purpose.ListDomainKeys:
                    TakeKeyList(packet, answer.Data);
                    break;
                default:
                    CheckReceipt(packet, answer.Data);
                    break;
            }
        }
        else if (answer.Failure is { } failure)
        {
            Fail(packet, parts[answer.Succeeded], failure);
        }
        else if (answer.Fault is { } fault)
        {
            // The card has stopped before this command: nothing that follows was executed.
            Abandon(Problems.ScriptRefused(fault, Name(parts[answer.Succeeded].Purpose), data), Grade.Proven);
        }
        else
        {
            AskForTheRest(packet, answer.Succeeded, data);
        }
    }

    /// <summary>
    /// An answer that ends without a failure before the script does says nothing of the rest, which may have been executed: the card is
    /// asked what is on it, once, before anything is repeated.
    /// </summary>
    private void AskForTheRest(OutstandingPacket packet, int answered, Octets data)
    {
        bool changes = packet.Parts.Skip(answered).Any(Changes);
        if (changes && !Active.AuditedForDrift)
        {
            _card = _card with { Uncertain = true };
            Change(j => j with { AuditedForDrift = true, Attempted = true, Cursor = new() { Stage = Stage.AuditApplications } });
            Note("job", $"The answer ends after {answered} of {packet.Parts.Length} commands: the card is asked what it has executed.");
            return;
        }

        WriteOff(packet, possiblyExecuted: changes);
        Abandon(Problems.AnswerIncomplete(answered, packet.Parts.Length, data), Grade.Proven);
    }

    /// <summary>A command that is proven to have succeeded changes what is confirmed.</summary>
    private void Apply(StepPart part)
    {
        switch (part.Purpose)
        {
            case Purpose.InstallForLoad or Purpose.Load:
                Change(j => j with { Attempted = true });
                break;
            case Purpose.LoadLast:
                Confirm(part.Aid!.Value, ContentKind.LoadFile, LifeCycle.Loaded);
                Change(j => j with { Attempted = true, LoadedHere = true });
                break;
            case Purpose.InstallForInstall:
                Confirm(part.Aid!.Value, ContentKind.Application, LifeCycle.Installed);
                break;
            case Purpose.InstallAndMakeSelectable or Purpose.MakeSelectable:
                Confirm(part.Aid!.Value, ContentKind.Application, LifeCycle.Selectable);
                break;
            case Purpose.Lock:
                Confirm(part.Aid!.Value, ContentKind.Application, state => state.Lock());
                break;
            case Purpose.Unlock:
                Confirm(part.Aid!.Value, ContentKind.Application, state => state.Unlock());
                ChangeServices(part.Aid.Value, s => s with { Holders = [] });
                Change(j => j with { Attempted = true });
                break;
            case Purpose.DeleteInstance or Purpose.DeleteLoadFile or Purpose.DeleteLeftover:
                Remove(part.Aid!.Value);
                break;
            default:
                ApplyDomain(part);
                break;
        }
    }

    private void Confirm(Aid aid, ContentKind kind, LifeCycle state) => Confirm(aid, kind, _ => state);

    private void Confirm(Aid aid, ContentKind kind, Func<LifeCycle, LifeCycle> state)
    {
        CardJob job = Active;
        int at = _card.Contents.FindIndex(c => c.Aid == aid);
        ContentItem item = at >= 0 ? _card.Contents[at] : new(aid, kind, null, null, false, null, null, null, null);
        item = item with
        {
            Confirmed = state(item.Confirmed ?? LifeCycle.Selectable),
            Unknown = false,
            ProvenAt = Now,
            Application = kind == ContentKind.SecurityDomain ? null : job.Application ?? item.Application,
            LoadFile = kind == ContentKind.Application ? job.LoadFile ?? item.LoadFile : null,
            Domain = kind == ContentKind.SecurityDomain || item.Confirmed is not null ? item.Domain : job.Order?.Domain?.Aid,
            Version = kind == ContentKind.LoadFile ? Application(job.Application)?.Version ?? item.Version : null,
        };
        _card = _card with { Contents = at >= 0 ? _card.Contents.SetItem(at, item) : _card.Contents.Add(item) };
    }

    private void Remove(Aid aid) =>
        _card = _card with { Contents = [.. _card.Contents.Where(c => c.Aid != aid)] };

    /// <summary>A command that is proven to have failed: already done, drift, a lost load, or a refusal.</summary>
    private void Fail(OutstandingPacket packet, StepPart part, StatusWord status)
    {
        bool notFound = status.Value is 0x6A88 or 0x6A82;
        switch (part.Purpose)
        {
            case Purpose.DeleteLeftover or Purpose.DeleteInstance or Purpose.DeleteLoadFile when notFound:
                // It is gone, as wanted; a script stops there, and Decide sees what is left to do.
                Remove(part.Aid!.Value);
                Change(j => j with { Cursor = part.Purpose == Purpose.DeleteLeftover ? packet.After : new() });
                break;
            case Purpose.ReadTable when notFound:
                Change(j => j with { Cursor = packet.After });
                TakeTable(Octets.Empty);
                break;
            case Purpose.Bar:
                // That it was refused is an answer too.
                Change(j => j with { Cursor = packet.After });
                break;
            case Purpose.DeleteLoadFile when Active.IfUnused && Active.AuditedForDrift && status == StatusWord.ConditionsNotSatisfied:
                // Something that we do not know of imports it.
                Finish(JobStatus.Done, Grade.Proven, "It stays: the card says that it is in use.", null);
                break;
            case Purpose.DeleteDomain when notFound:
                RemoveDomain(part.Aid!.Value);
                Change(j => j with { Cursor = new() });
                break;
            case Purpose.RetireDomainKeys when notFound:
                ApplyDomain(part);
                Change(j => j with { Cursor = new() });
                break;
            case Purpose.PutTokenKey or Purpose.PutReceiptKey when !Active.KeysListed && status.Value is 0x6985 or 0x6A80 or 0x6A88:
                // It may be there, or be gone: the card came with it, or the books have lost or missed something.
                _card = _card with { Delegation = _card.Delegation! with { IsSent = false } };
                Change(j => j with { KeysListed = true, Cursor = new() { Stage = Stage.ListDelegationKeys } });
                break;
            case Purpose.ListApplications or Purpose.ListLoadFiles when notFound:
                Change(j => j with { Cursor = packet.After });
                TakeList(packet, StatusWord.Success, default);
                break;
            case Purpose.Load or Purpose.LoadLast when LoadIsLost(status):
                Change(j => j with { Restarts = j.Restarts + 1, Cursor = new() { Stage = Stage.Clean } });
                Note("job", $"The load is lost on the card ({status}): it starts again ({Active.Restarts}. time).");
                break;
            case Purpose.InstallForLoad or Purpose.InstallForInstall or Purpose.InstallAndMakeSelectable or Purpose.MakeSelectable
                or Purpose.Lock or Purpose.Unlock or Purpose.DeleteInstance or Purpose.DeleteLoadFile or Purpose.CreateDomain or Purpose.DeleteDomain
                or Purpose.Extradite or Purpose.ForPersonalization
                when !Active.AuditedForDrift && status.Value is 0x6985 or 0x6A80 or 0x6A88 or 0x6A82:
                // Books and card may have drifted apart: ask once, then decide anew.
                Change(j => j with { AuditedForDrift = true, Attempted = true, Cursor = new() { Stage = Stage.AuditApplications } });
                Note("job", $"{Name(part.Purpose)} was answered {status}: the card is asked what is on it.");
                break;
            case Purpose.InstallForLoad or Purpose.InstallForInstall or Purpose.InstallAndMakeSelectable or Purpose.MakeSelectable
                or Purpose.DeleteInstance or Purpose.DeleteLoadFile or Purpose.DeleteLeftover
                when status == StatusWord.SecurityNotSatisfied && DomainOf(packet.KeysOf) is { Mode: ContractMode.Delegated } domain:
                Abandon(DomainProblems.TokenRefused(Name(part.Purpose), domain.Aid, status), Grade.Proven);
                break;
            default:
                Abandon(Problems.FromStatusWord(part.Purpose, Name(part.Purpose), status), Grade.Proven);
                break;
        }
    }

    /// <summary>
    /// 6985 and 6A86: the card knows of no load, or expects another block. 6A80 and 6400 say so too after a packet whose outcome
    /// is unknown; otherwise they are about the content.
    /// </summary>
    private bool LoadIsLost(StatusWord status) =>
        Active.Restarts < Model.MaxLoadRestarts
        && Active.Verdict is null
        && (status.Value is 0x6985 or 0x6A86 || (Active.Cursor.Doubtful && status.Value is 0x6A80 or 0x6400));

    /// <summary>The job ends without success, after what it has put on the card is taken away again.</summary>
    private void Abandon(Problem verdict, Grade grade)
    {
        CardJob job = Active;
        bool halfMade = job.Operation == Operation.Install && job.Attempted && job.Verdict is null
            && !_card.Contents.Any(c => c.Kind == ContentKind.Application && c.Confirmed is not null && c.LoadFile == job.LoadFile)
            && (job.LoadedHere || !_card.Contents.Any(c => c.Aid == job.LoadFile && c.Confirmed is not null));
        if (!halfMade && job is { DomainMadeHere: true, Verdict: null } && grade == Grade.Proven && !_card.Uncertain && EmptyDomain(job) is not null)
        {
            Change(j => j with { Verdict = verdict, VerdictGrade = grade, Cursor = new() { Stage = Stage.DeleteDomain }, Now = "Taking back the domain that it has made." });
            return;
        }

        if (halfMade && grade == Grade.Proven && !_card.Uncertain)
        {
            Change(j => j with { Verdict = verdict, VerdictGrade = grade, Cursor = new() { Stage = Stage.Undo }, Now = "Taking back what it has put on the card." });
            return;
        }

        Problem reason = job.Verdict is { } first ? first with { Evidence = first.Evidence.Add($"Taking it back failed too: {verdict}") } : verdict;
        _card = _card with { Uncertain = _card.Uncertain || (job.Verdict is not null && !job.CancelRequested) };
        JobStatus end = job.CancelRequested ? JobStatus.Cancelled : JobStatus.Refused;
        Finish(end, job.VerdictGrade ?? grade, reason.Meaning, job.CancelRequested ? null : reason);
    }

    private void TakeList(OutstandingPacket packet, StatusWord? status, Octets page)
    {
        Purpose purpose = packet.Parts[0].Purpose;
        if (!RegistryEntry.TryParsePage(page.Span, out ImmutableArray<RegistryEntry> entries, out PacketError error))
        {
            Abandon(Problems.UnreadableList(error, page), Grade.Proven);
            return;
        }

        if (status is { Sw1: 0x61 })
        {
            // The card has a list and did not send it, or not all of it: that is not an empty card.
            Abandon(Problems.UnreadableList(new(PacketFault.Truncated, page.Length), page), Grade.Proven);
            return;
        }

        ImmutableArray<FoundItem> found = [.. Active.Cursor.Found, .. entries.Select(e => Found(e, purpose))];
        if (found.Length > CardLimits.Contents)
        {
            Abandon(Problems.TooManyObjects(found.Length, CardLimits.Contents), Grade.Proven);
            return;
        }

        bool more = status == StatusWord.MoreData;
        Stage stage = purpose == Purpose.ListApplications ? Stage.AuditApplications : Stage.AuditLoadFiles;
        Change(j => j with
        {
            Cursor = more ? j.Cursor with { Stage = stage, NextPage = true, Found = found } : j.Cursor with { Found = found },
            StepsTotal = more ? Math.Max(j.StepsTotal, j.StepsDone + 2) : j.StepsTotal,
        });
        if (!more && purpose == Purpose.ListLoadFiles)
        {
            TakeAudit(found);
        }
    }

    private static FoundItem Found(RegistryEntry entry, Purpose purpose) => new(
        entry.Aid,
        purpose == Purpose.ListLoadFiles ? ContentKind.LoadFile : entry.Privileges.IsSecurityDomain ? ContentKind.SecurityDomain : ContentKind.Application,
        entry.LifeCycle,
        entry.LoadFile,
        entry.Version?.ToString())
    {
        Domain = entry.SecurityDomain,
    };

    /// <summary>The card has told everything: the books are set to it.</summary>
    private void TakeAudit(ImmutableArray<FoundItem> found)
    {
        ImmutableArray<ContentItem> before = _card.Contents;
        TakeDomains(found);
        _card = _card with
        {
            Contents = [.. found.DistinctBy(f => f.Aid).Select(f =>
            {
                ContentItem? known = before.FirstOrDefault(c => c.Aid == f.Aid);
                return new ContentItem(
                    f.Aid, f.Kind, f.LifeCycle, f.LifeCycle, false, f.LoadFile ?? known?.LoadFile, known?.Application ?? Owner(f), f.Version ?? known?.Version, Now)
                {
                    Domain = f.Domain is { } told ? found.Any(d => d.Aid == told && d.Kind == ContentKind.SecurityDomain) ? told : null : known?.Domain,
                    IsPersonalised = known?.IsPersonalised ?? false,
                };
            })],
            Uncertain = !_card.Barriers.IsEmpty,
            AuditedAt = Now,
        };
        bool silent = Active.Cursor.BarSilent;
        Change(j => j with { Cursor = new(), Attempted = j.Attempted || j.Operation == Operation.Audit });
        string told = found.IsEmpty
            ? "Nothing that was put on the card over the air is there."
            : $"On the card: {string.Join(", ", found.Select(f => $"{f.Aid} {f.LifeCycle}"))}.";
        Note("answer", told, grade: Grade.Proven);
        if (silent && Active.Operation != Operation.Audit && _card.Barriers is [var barrier, ..])
        {
            Finish(JobStatus.Expired, Grade.Unknown, "A domain on the card does not answer.", DomainProblems.Silent(barrier.Domain, barrier.KeyVersion));
        }

        // What appeared while the job's own packet was unknown is the job's.
        string? Owner(FoundItem item) => Active.LoadFile == item.Aid || Active.Instance == item.Aid ? Active.Application : null;
    }

    /// <summary>The card has told its private application table, or that it has none.</summary>
    private void TakeTable(Octets answer)
    {
        _card = _card with { ApplicationTable = answer };
        Change(j => j with { TableRead = true });
    }
}
