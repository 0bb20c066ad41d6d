using System.Collections.Immutable;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Bearers.Sms;
using Tsm.Card.Encoding;
using Tsm.Card.Scripts;
using Tsm.Security.Keys;
using Tsm.Security.Scp80;

namespace Tsm.Application.Cards;

/// <summary>The way out: from the job at the head of the queue to a packet that is ready to leave.</summary>
internal sealed partial class CardTurn
{
    private CounterDomain? Domain => _card.Domains.FirstOrDefault(d => d.Tar == Model.RamTar);

    private int Capacity => ScriptCapacity.Of(Model);

    private ConcatenationOptions SegmentOptions => new()
    {
        IdentifierFirst = Model.IdentifierFirst,
        IdentifierInEverySegment = Model.IdentifierInEverySegment,
        MaxSegments = Model.MaxSegments,
    };

    /// <summary>Moves the queue on until a packet is under way or nothing is left to do.</summary>
    private void Advance()
    {
        while (_card.Outstanding is null && _card.Jobs is [var job, ..])
        {
            if (job.StartedAt is null)
            {
                Begin(job);
            }
            else if (job.CancelRequested && job.Verdict is null)
            {
                Abandon(Problems.CalledOff(), Grade.Proven);
            }
            else if (job.Cursor.Stage is Stage.Decide or Stage.Finished)
            {
                Decide(job);
            }
            else if (job.Cursor is { Stage: Stage.AuditApplications, NextPage: false } && job.Cursor.BarsTried < _card.Barriers.Length)
            {
                Change(j => j with { Cursor = j.Cursor with { Stage = Stage.Bar } });
            }
            else if (!HasNumber)
            {
                Change(j => j with { Now = WaitsForNumber });
                return;
            }
            else
            {
                Send(job);
            }
        }
    }

    private void Begin(CardJob job)
    {
        // After a packet was written off as possibly executed, the card is asked before anything else is done to it.
        Change(j => j with
        {
            StartedAt = Now,
            Cursor = _card.Uncertain && job.Operation != Operation.Audit ? new() { Stage = Stage.AuditApplications } : new(),
            StepsTotal = _card.Uncertain ? 2 : 0,
        });
    }

    private void Decide(CardJob job)
    {
        if (job.Verdict is { } verdict)
        {
            if (job.DomainMadeHere && !_card.Uncertain && EmptyDomain(job) is not null)
            {
                Change(j => j with { Cursor = new() { Stage = Stage.DeleteDomain }, Now = "Taking back the domain that it has made." });
                return;
            }

            Finish(job.CancelRequested ? JobStatus.Cancelled : JobStatus.Refused, job.VerdictGrade ?? Grade.Proven, verdict.Meaning, job.CancelRequested ? null : verdict);
            return;
        }

        MoveService(job);
        switch (DomainStep(job) ?? Epilogue(job, LifeCycleRules.Decide(job, _card.Contents, c => c.Confirmed, c => Imports(c, job))))
        {
            case Decision.Reached reached:
                Hold(job);
                Finish(JobStatus.Done, Grade.Proven, reached.Sentence, null);
                break;
            case Decision.Illegal illegal:
                Finish(JobStatus.Refused, Grade.Proven, illegal.Problem.Meaning, illegal.Problem);
                break;
            case Decision.Proceed proceed:
                Hold(job);
                PrepareDomain(job, proceed.Stage);
                CardJob next = job with { Cursor = new() { Stage = proceed.Stage } };
                int steps = job.StepsDone + JobPlanner.Remaining(Measured(next), Model, Application(job.Application), Capacity, OwnerOf(next, signs: false));
                Change(_ => next with { StepsTotal = steps });
                break;
            default:
                throw new InvalidOperationException("There are three decisions.");
        }
    }

    /// <summary>
    /// What follows when the aim is reached: what is gone leaves its domain empty, and the domain goes too where its provider does not
    /// keep it; a card that was audited tells its private application table.
    /// </summary>
    private Decision Epilogue(CardJob job, Decision decision) => decision is not Decision.Reached
        ? decision
        : job switch
        {
            { Operation: Operation.Terminate } when EmptyDomain(job) is not null => new Decision.Proceed(Stage.DeleteDomain),
            { Operation: Operation.Audit, TableRead: false } when Model.ApplicationTable => new Decision.Proceed(Stage.ReadTable),
            _ => decision,
        };

    /// <summary>Makes the next packet: a new counter, durable with this turn, and the octets that will be repeated if need be.</summary>
    private void Send(CardJob job)
    {
        Sender sender = SenderOf(job);
        CounterDomain domain = sender.Counter;
        if (!new Counter(domain.Counter).TryAdd(1, out Counter counter))
        {
            // TS 102 225 §5.1.4: the highest value blocks the card's counter for ever; it is never sent.
            Finish(JobStatus.Failed, Grade.Proven, "The counter is used up.", Problems.CounterExhausted(domain));
            return;
        }

        PlannedStep step = Plan(job);
        if (TooLong(job, step) is { } tooLong)
        {
            // The card model may have become another since the job was taken.
            Abandon(tooLong, Grade.Proven);
            return;
        }

        domain = domain with { Counter = counter.Value };
        using KeySet keys = OpenKeys(sender.KeysOf, domain.KeyVersion);
        CommandHeader header = Header(domain) with
        {
            Tar = sender.Tar,
            Kic = Kic.For(keys.Kic, domain.KeyVersion),
            Kid = Kid.For(keys.Kid, domain.KeyVersion),
        };
        Octets packet = PacketProtection.Protect(header, keys, ScriptLayout.Write(Model.ScriptFormat, step.Script).Span);
        ImmutableArray<Octets> segments = Concatenation.Split(packet, SegmentOptions, _card.NextReference);

        var outstanding = new OutstandingPacket
        {
            Id = _card.NextPacket.ToString(System.Globalization.CultureInfo.InvariantCulture),
            JobId = job.Id,
            Packet = packet,
            Reference = _card.NextReference,
            SegmentCount = segments.Length,
            Header = Wire(header),
            KeysOf = sender.KeysOf,
            Format = Model.ScriptFormat,
            Sends = 1,
            Parts = step.Parts,
            After = step.After,
        };

        _card = _card with
        {
            Outstanding = outstanding,
            Domains = Counted(domain),
            NextReference = (_card.NextReference + 1) % 256,
            NextPacket = _card.NextPacket + 1,
        };
        Change(j => j with
        {
            SmsSent = j.SmsSent + segments.Length,
            OctetsSent = j.OctetsSent + packet.Length,
            Now = $"{Describe(step.Parts)}: {Messages(segments.Length)} on the way.",
            StepsTotal = Math.Max(j.StepsTotal, j.StepsDone + 1),
        });
        _effects.Add(new QueuePacket(Road?.Name ?? _card.Road, outstanding.Id, 1, _card.Msisdn, segments));
        Note("sent", $"{Describe(step.Parts)}: {packet.Length} octets in {Messages(segments.Length)}, counter {domain.Counter}.", packet);
    }

    private ImmutableArray<CounterDomain> Counted(CounterDomain domain)
    {
        int at = _card.Domains.FindIndex(d => d.Tar == domain.Tar && d.KeyVersion == domain.KeyVersion);
        return at < 0 ? _card.Domains.Add(domain) : _card.Domains.SetItem(at, domain);
    }

    /// <summary>Sends the same octets again, all segments: harmless to a card that has them, and no counter is spent.</summary>
    private void Repeat(OutstandingPacket packet)
    {
        // The card has taken as many before, whatever the model says by now.
        ImmutableArray<Octets> segments = Concatenation.Split(packet.Packet, SegmentOptions with { MaxSegments = Concatenation.MaxSegments }, packet.Reference);
        _card = _card with { Outstanding = packet with { Sends = packet.Sends + 1, Submitted = false, Deadline = null, Since = null, Shifted = null, Pending = null } };
        Change(j => j with
        {
            SmsSent = j.SmsSent + segments.Length,
            SmsRepeated = j.SmsRepeated + segments.Length,
            OctetsSent = j.OctetsSent + packet.Packet.Length,
            Now = $"{Describe(packet.Parts)}: no proof yet, sent again ({packet.Sends + 1} times).",
        });
        _effects.Add(new QueuePacket(Road?.Name ?? _card.Road, packet.Id, packet.Sends + 1, _card.Msisdn, segments));
        Note("sent", $"The same {packet.Packet.Length} octets again, the {packet.Sends + 1}. time, counter {Header(packet).Counter.Value}.");
    }

    private PlannedStep Plan(CardJob job)
    {
        if (job.Cursor.Stage.IsOfDomains())
        {
            return PlanDomain(job);
        }

        ContentOwner owner = OwnerOf(job, signs: true);
        bool alone = !_card.Contents.Any(c => c.Confirmed is not null
            && ((c.Kind == ContentKind.Application && c.LoadFile == job.LoadFile && c.Aid != job.Instance) || Imports(c, job)));
        bool loadFileThere = _card.Contents.Any(c => c.Kind == ContentKind.LoadFile && c.Aid == job.LoadFile && c.Confirmed is not null);
        return job.Cursor.Stage == Stage.Delete && alone && loadFileThere && !owner.HasReceipts
            ? JobPlanner.DeleteBoth(job)
            : JobPlanner.Next(Opened(job), Model, Application(job.Application), Capacity, owner);
    }

    /// <summary>The job with the content of C9 that its order has sealed: for the moment in which its command is made, never for the state.</summary>
    private CardJob Opened(CardJob job) =>
        job.Order is { Parameters: { IsEmpty: false } secret } ? job with { Parameters = Octets.Own(_context.Keys.Unseal(secret)) } : job;

    /// <summary>The job with as many octets in their place: to plan with.</summary>
    private static CardJob Measured(CardJob job) =>
        job.Order is { Parameters: { IsEmpty: false } secret } ? job with { Parameters = Octets.Own(new byte[secret.Length - KeyWrapping.SealOverhead]) } : job;

    /// <summary>Why a script cannot go; null when it can.</summary>
    private Problem? TooLong(CardJob job, PlannedStep step) => step.Commands.IsEmpty
        ? Problems.TooManyBlocks(Application(job.Application)!, Model)
        : step.Excess(Model, Capacity) switch
        {
            null => null,
            { OfCommand: true } excess => Problems.CommandTooLong(Name(excess.Command), excess),
            { } excess => Problems.ScriptTooLong(Name(excess.Command), excess, Model),
        };

    /// <summary>The header as far as it decides what a packet has room for, which is the same for two and three keys of triple DES.</summary>
    private CommandHeader Header(CounterDomain domain)
    {
        (CipherAlgorithm cipher, CheckAlgorithm check) = Model.Algorithm == KeyAlgorithm.Aes
            ? (CipherAlgorithm.AesCbc, CheckAlgorithm.AesCmac)
            : (CipherAlgorithm.TripleDesTwoKeys, CheckAlgorithm.TripleDesMacTwoKeys);
        return new(
            Read<Spi>(Octets.Parse(Model.Spi)),
            new Kic(cipher, domain.KeyVersion),
            new Kid(check, domain.KeyVersion),
            domain.Tar,
            new Counter(domain.Counter),
            Model.ChecksumLength);
    }

    private static CommandHeader Header(OutstandingPacket packet) => Read<CommandHeader>(packet.Header);

    private static T Read<T>(Octets octets) where T : struct, IPacket<T> => T.TryParse(octets.Span, out T packet, out PacketError error)
        ? packet
        : throw new InvalidOperationException($"{typeof(T).Name} {octets}: {error}.");

    private static Octets Wire<T>(T packet) where T : struct, IPacket<T>
    {
        byte[] octets = new byte[packet.Length];
        packet.Write(octets);
        return Octets.Own(octets);
    }

    private static string Messages(int count) => count == 1 ? "1 SMS" : $"{count} SMS";

    private static string Describe(ImmutableArray<StepPart> parts)
    {
        int loads = parts.Count(p => p.Purpose is Purpose.Load or Purpose.LoadLast);
        IEnumerable<string> words = parts
            .Where(p => p.Purpose is not (Purpose.Load or Purpose.LoadLast or Purpose.GetResponse or Purpose.StoreData))
            .Select(p => Name(p.Purpose));
        return string.Join(", ", loads == 0 ? words : parts[0].Purpose == Purpose.InstallForLoad
            ? [Name(Purpose.InstallForLoad), $"{loads} LOAD", .. words.Skip(1)]
            : [$"{loads} LOAD", .. words]);
    }

    internal static string Name(Purpose purpose) => purpose switch
    {
        Purpose.DeleteLeftover => "DELETE what is left over",
        Purpose.InstallForLoad => "INSTALL [for load]",
        Purpose.Load => "LOAD",
        Purpose.LoadLast => "LOAD, the last block",
        Purpose.InstallForInstall => "INSTALL [for install]",
        Purpose.InstallAndMakeSelectable => "INSTALL [for install and make selectable]",
        Purpose.MakeSelectable => "INSTALL [for make selectable]",
        Purpose.Lock => "SET STATUS locked",
        Purpose.Unlock => "SET STATUS unlocked",
        Purpose.DeleteInstance => "DELETE the instance",
        Purpose.DeleteLoadFile => "DELETE the load file",
        Purpose.ListApplications => "GET STATUS of applications",
        Purpose.ListLoadFiles => "GET STATUS of load files",
        Purpose.PutTokenKey => "PUT KEY of the token key",
        Purpose.PutReceiptKey => "PUT KEY of the receipt key",
        Purpose.ListDelegationKeys => "GET DATA of the issuer's keys",
        Purpose.Bar => "GET DATA, so that nothing sent before is executed any more",
        Purpose.CreateDomain => "INSTALL of the security domain",
        Purpose.PutDomainKeys => "PUT KEY of the domain",
        Purpose.ProveDomainKeys => "GET DATA under the new keys",
        Purpose.ListDomainKeys => "GET DATA of the keys",
        Purpose.RetireDomainKeys => "DELETE the old keys",
        Purpose.ForPersonalization => "INSTALL [for personalization]",
        Purpose.StoreData or Purpose.StoreDataLast => "STORE DATA",
        Purpose.ReadTable => "GET DATA of the application table",
        Purpose.Extradite => "INSTALL [for extradition]",
        Purpose.DeleteDomain => "DELETE the security domain",
        _ => "GET RESPONSE",
    };
}
