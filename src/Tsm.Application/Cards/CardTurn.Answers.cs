using System.Collections.Immutable;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Bearers.Sms;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Security.Keys;
using Tsm.Security.Scp80;

namespace Tsm.Application.Cards;

/// <summary>The way back: what the SMSC says, what the card says, and silence.</summary>
internal sealed partial class CardTurn
{
    /// <summary>The SMSC has taken the packet, has refused it, or nobody knows.</summary>
    public IReply Submitted(PacketSubmitted command)
    {
        if (_card.Outstanding is not { } packet || packet.Id != command.PacketId || packet.Sends != command.Attempt || packet.Submitted)
        {
            return Acknowledged.Instance;
        }

        _effects.Add(new WithdrawPacket());
        if (command.Outcome == SubmitOutcome.Refused)
        {
            WriteOff(packet, possiblyExecuted: packet.Sends > 1);
            Note("submitted", $"The SMSC refused it: {command.Problem}");
            Finish(JobStatus.Failed, Grade.Proven, "The SMSC refused the message.", command.Problem ?? Problems.SubmitRefused());
            return Acknowledged.Instance;
        }

        // What is unknown is waited for like what was taken: segments may have left.
        _card = _card with { Outstanding = Await(packet with { Submitted = true }) };
        Change(j => j with { Now = $"{Describe(packet.Parts)}: waiting for the proof." });
        if (command.Outcome == SubmitOutcome.Unknown)
        {
            Note("submitted", "Whether the SMSC has it is unknown; the proof is waited for before the same octets leave again.");
        }

        return Acknowledged.Instance;
    }

    /// <summary>The SMSC tells what became of a short message. A failure only makes us ask again sooner.</summary>
    public IReply Receipt(ReceiptReceived command)
    {
        Note("receipt", command.Text, grade: Grade.Indicated);
        if (command.Failed && _card.Outstanding is { Submitted: true, Pending: null } packet)
        {
            _card = _card with { Outstanding = AwaitGrace(packet) };
        }

        return Acknowledged.Instance;
    }

    /// <summary>A short message of the card: a segment, a whole answer, or something else.</summary>
    public IReply Receive(MessageReceived command)
    {
        if (!SecuredUserData.TryReadResponse(command.UserData.Span, command.HasHeader, _card.Outstanding is not null, out UserData part))
        {
            return new MessageForeign("It carries no response packet.");
        }

        (Reassembly next, Octets? complete) = new Reassembly(_card.Partial, CardLimits.Answers).Add(part, Now);
        _card = _card with { Partial = next.Messages };
        return complete is { } packet
            ? Whole(packet, part.Header.TryGetPosition(out SegmentPosition position) ? position.Total : 1)
            : Acknowledged.Instance;
    }

    /// <summary>Time has come: the grace after an answer that proves nothing is over, or silence is taken for an answer.</summary>
    public IReply Deadline()
    {
        if (_card.Outstanding is not { Submitted: true, Deadline: { } deadline } packet || deadline > Now)
        {
            return Acknowledged.Instance;
        }

        if (!HasNumber)
        {
            // Silence of a card that cannot be asked again says nothing: it is asked when it has a number.
            _card = _card with { Outstanding = packet with { Deadline = null, Since = null, Shifted = null } };
            Change(j => j with { Now = WaitsForNumber });
        }
        else if (Postponed(packet) is { } later)
        {
            _card = _card with { Outstanding = later };
        }
        else if (packet.Pending is { } pending)
        {
            Settle(packet, pending);
        }
        else if (packet.Sends < (Road?.MaxSends ?? 1))
        {
            Repeat(packet);
        }
        else if (packet.Parts[0].Purpose == Purpose.Bar)
        {
            // The domain may be gone, or have other keys by now; the issuer's, which is asked next, knows whether it is there.
            WriteOff(packet, possiblyExecuted: false);
            SkipBar(packet, silent: true);
        }
        else
        {
            WriteOff(packet, possiblyExecuted: true);
            Note("answer", $"No answer after {packet.Sends} attempts.", grade: Grade.Unknown);
            Finish(JobStatus.Expired, Grade.Unknown, "No answer came in time.", Problems.NoAnswer(_card.Iccid, packet.Sends));
        }

        return Acknowledged.Instance;
    }

    /// <summary>UDHL, IEI 71 and its length: the CC of a response covers them in this form, however it was cut (TS 31.115 §4.4).</summary>
    private static Octets ResponseIdentifier { get; } = Octets.Copy([0x02, 0x71, 0x00]);

    /// <summary>A whole answer. One that fits nothing may be of the card that had the number before: it goes back in one piece.</summary>
    private IReply Whole(Octets packet, int segments)
    {
        Octets answer = Octets.Concat(ResponseIdentifier, packet);
        return Answer(answer, segments) switch
        {
            MessageForeign foreign => foreign with { Whole = answer },
            IReply reply => reply,
        };
    }

    private IReply Answer(Octets answer, int segments)
    {
        if (_card.Outstanding is not { } packet)
        {
            return IsOurs(answer)
                ? Late(answer)
                : new MessageForeign("The card has nothing under way, and the TAR is none of ours.");
        }

        CommandHeader header = Header(packet);
        using KeySet keys = OpenKeys(packet.KeysOf, header.Kid.KeyVersion);
        ResponseOpening opening = PacketProtection.Open(answer.Span, header, keys);
        switch (opening.Kind)
        {
            case ResponseKind.Proven when opening.ProvenBy == Integrity.CryptographicChecksum:
                Change(j => j with { SmsReceived = j.SmsReceived + segments, Proofs = j.Proofs + 1 });
                _card = _card with { LastProofAt = Now };
                LowerBarrier(packet);
                Proven(packet, opening.Packet!, answer);
                return Acknowledged.Instance;
            case ResponseKind.Proven or ResponseKind.Indicated:
                ResponseStatus hint = opening.Status!.Value;
                Change(j => j with { SmsReceived = j.SmsReceived + segments });
                Note("answer", $"{Words(hint)} Not proven: {opening.Reason ?? "a redundancy check proves nothing."}", answer, Grade.Indicated);
                Wait(packet, hint, Grade.Indicated);
                return Acknowledged.Instance;
            default:
                return IsOurs(answer) ? Late(answer) : new MessageForeign(opening.Reason ?? "It belongs to nothing that is under way.");
        }
    }

    private void Proven(OutstandingPacket packet, ResponsePacket response, Octets raw)
    {
        ResponseStatus status = response.Status;
        if (status.IsOk)
        {
            Conclude(packet, response.Data, raw);
        }
        else if (status.IsIntermediate)
        {
            Note("answer", $"{Words(status)} The real answer follows.", raw, Grade.Proven);
            _card = _card with { Outstanding = Await(packet) };
        }
        else
        {
            Note("answer", Words(status), raw, Grade.Proven);
            if (status == ResponseStatus.CounterLow || status == ResponseStatus.UnidentifiedSecurityError)
            {
                // An earlier copy may have been executed and its proof may still be on the way.
                Wait(packet, status, Grade.Proven);
            }
            else
            {
                GiveUp(packet, possiblyExecuted: false, status, Grade.Proven);
            }
        }
    }

    /// <summary>Notes an answer that decides nothing yet; the first one and the better grade stand.</summary>
    private void Wait(OutstandingPacket packet, ResponseStatus status, Grade grade)
    {
        if (packet.Pending is { } earlier && earlier.Grade >= grade)
        {
            return;
        }

        OutstandingPacket waiting = packet with { Pending = new(status.Code, grade, Now), Submitted = true };
        _card = _card with { Outstanding = packet.Pending is null ? AwaitGrace(waiting) : waiting };
        if (!packet.Submitted)
        {
            // The answer was faster than the SMSC's response to our submit.
            _effects.Add(new WithdrawPacket());
        }
    }

    /// <summary>The grace is over and no proven answer has come: the attempt ends.</summary>
    private void Settle(OutstandingPacket packet, PendingAnswer pending)
    {
        var status = new ResponseStatus(pending.Status);
        bool replayed = status == ResponseStatus.CounterLow || status == ResponseStatus.UnidentifiedSecurityError;
        if (replayed || status.IsOk || status.IsIntermediate)
        {
            // Taken, result unknown, if a copy came before; else our counter is behind. Either way: never the same command blindly.
            bool ahead = replayed && packet.Sends == 1;
            if (ahead ? Active.CounterJumps >= Model.MaxCounterJumps : Active.Recoveries >= CardLimits.Recoveries)
            {
                if (ahead && pending.Grade == Grade.Indicated && Active.SmsRepeated > 0 && Active.Recoveries < CardLimits.Recoveries)
                {
                    // An unsigned answer names no command: it may be a late one to a repetition of the packet before. The same
                    // octets again are harmless and tell; if the card has taken them, the next answer leads to recovery.
                    Repeat(packet);
                    return;
                }

                GiveUp(packet, possiblyExecuted: true, status, pending.Grade);
                return;
            }

            if (ahead)
            {
                Change(j => j with { CounterJumps = j.CounterJumps + 1 });
                JumpCounter(packet);
            }
            else
            {
                Change(j => j with { Recoveries = j.Recoveries + 1 });
            }

            Recover(packet);
        }
        else if (Active.IndicatedAnswers + 1 < Model.IndicatedAttempts && packet.Sends < (Road?.MaxSends ?? 1))
        {
            Change(j => j with { IndicatedAnswers = j.IndicatedAnswers + 1 });
            Repeat(packet);
        }
        else
        {
            // Who refused is not proven: the card may have executed it, or may do so yet.
            GiveUp(packet, possiblyExecuted: true, status, pending.Grade);
        }
    }

    /// <summary>The packet was refused: that is the end of its job, unless it only was to keep earlier ones from being executed.</summary>
    private void GiveUp(OutstandingPacket packet, bool possiblyExecuted, ResponseStatus status, Grade grade)
    {
        WriteOff(packet, possiblyExecuted);
        if (packet.Parts[0].Purpose == Purpose.Bar)
        {
            SkipBar(packet, silent: false, proven: grade == Grade.Proven);
            return;
        }

        Abandon(Problems.FromStatus(status, _card.Iccid, grade), grade);
    }

    /// <summary>A bounded resynchronisation: CNTR of an answer is a copy of ours, so the card's own value is only known to be higher.</summary>
    private void JumpCounter(OutstandingPacket packet)
    {
        CommandHeader sent = Header(packet);
        Tar counted = DomainOf(packet.KeysOf)?.Tar ?? Model.RamTar;
        ImmutableArray<CounterDomain> before = _card.Domains;
        _card = _card with
        {
            Domains = [.. _card.Domains.Select(d => d.Tar == counted && d.KeyVersion == sent.Kid.KeyVersion
                && new Counter(d.Counter).TryAdd((ulong)Model.CounterJump, out Counter ahead)
                    ? d with { Counter = ahead.Value }
                    : d)],
        };
        foreach ((CounterDomain was, CounterDomain now) in before.Zip(_card.Domains).Where(p => p.First != p.Second))
        {
            RecordAdvance(was, now, packet);
        }

        Note("counter", $"The card may be ahead of us: the counter moves on by {Model.CounterJump}.");
    }

    /// <summary>The packet was taken, its result is unknown: the job goes to its recovery step.</summary>
    private void Recover(OutstandingPacket packet)
    {
        _card = _card with { Outstanding = null };
        _effects.Add(new WithdrawPacket());
        if (packet.Parts.All(p => p.Purpose is Purpose.DeleteLeftover))
        {
            _card = _card with { Uncertain = true };
            Note("job", "Whether it was deleted is unknown: deleted again, which is harmless.");
        }
        else if (packet.Parts.All(p => p.Purpose is Purpose.InstallForLoad or Purpose.Load))
        {
            // A half-loaded file is not seen by GET STATUS: the next LOAD tells whether the card has this one.
            Note("job", "Whether the card has these blocks is unknown: the next LOAD will tell.");
            Change(j => j with { Attempted = true, Cursor = packet.After with { Doubtful = true } });
        }
        else
        {
            RaiseBarrier(packet);
            Note("job", "What the card has executed is unknown: it is audited before anything is repeated.");
            _card = _card with { Uncertain = _card.Uncertain || packet.Parts.Any(Changes) };
            Change(j => j with
            {
                Attempted = j.Attempted || (j.Operation != Operation.Audit && packet.Parts.Any(Changes)),
                Cursor = new() { Stage = Stage.AuditApplications },
                Now = "Asking the card what it has executed.",
            });
        }
    }

    /// <summary>The packet will not be waited for any longer.</summary>
    private void WriteOff(OutstandingPacket packet, bool possiblyExecuted)
    {
        _card = _card with { Outstanding = null };
        _effects.Add(new WithdrawPacket());
        if (possiblyExecuted && packet.Parts.Any(Changes))
        {
            RaiseBarrier(packet);
            RecordWriteOff(packet);
            CardJob job = Active;
            _card = _card with
            {
                Uncertain = true,
                Contents = [.. _card.Contents.Select(c => c.Aid == job.Instance || c.Aid == job.LoadFile || packet.Parts.Any(p => p.Aid == c.Aid) ? c with { Unknown = true } : c)],
            };
        }
    }

    /// <summary>A late answer to a packet that was concluded or written off: never a reason to change anything.</summary>
    private MessageLate Late(Octets answer)
    {
        Note("answer", "A late or repeated answer to an earlier packet: ignored.", answer, Grade.Indicated);
        return new(answer);
    }

    private bool IsOurs(Octets answer) =>
        PacketProtection.TryReadResponseTar(answer.Span, out Tar tar)
        && (_card.Domains.Any(d => d.Tar == tar) || _card.SecurityDomains.Any(d => d.Tar == tar));

    private static bool Changes(StepPart part) => part.Purpose is not (
        Purpose.ListApplications or Purpose.ListLoadFiles or Purpose.GetResponse or Purpose.ListDomainKeys or Purpose.ProveDomainKeys
        or Purpose.ListDelegationKeys or Purpose.Bar or Purpose.ReadTable);

    private static string Words(ResponseStatus status) => $"PoR {status.Code:X2}, {status.Name}.";
}
